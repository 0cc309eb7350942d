"""Telling people what they have to do: written down once for each person and day, delivered after that."""
