"""Voting and evaluation workflows for award seasons, with an audit log that outsiders can verify."""
