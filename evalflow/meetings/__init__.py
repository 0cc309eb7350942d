"""Committees that meet: sittings, attendance, recusals and divisions, the same for every kind that has them."""
