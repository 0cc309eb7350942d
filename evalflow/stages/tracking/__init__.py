"""Tracking: branches report on the progress of their entries while the stage is open."""
