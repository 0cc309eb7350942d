"""Scoring: raters give points by a rubric, blind; nobody sees another's sheet or any mean before it has closed."""
