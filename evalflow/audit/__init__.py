"""The audit log: a transparency log after RFC 6962 whose checkpoints anyone can keep and compare.

event, tree, note and verify are pure: bytes in, values out. models and ledger hold the tables.
"""
