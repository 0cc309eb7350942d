"""Branches, people, their roles, how they come in and sign in."""
