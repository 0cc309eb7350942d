"""Seasons, their stages and entries, and the questions every kind of stage asks of them."""
