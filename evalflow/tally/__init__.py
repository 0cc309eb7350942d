"""Counting, scoring and ranking as plain arithmetic.

Everything here takes plain values and gives frozen ones: no clock, no database, no file, no float. Each published
method is a small function. What a workflow file may name stands in a vocabulary next to the functions it names:
`VOTE_POINTS`, `AGGREGATES`, `TIE_LINKS`. Wrong values raise ValueError (a float: TypeError); what they mean to a person
is for the caller to say.
"""
