"""A season as files that anyone can write by hand and recount: `format` reads and writes them, `recount` recomputes."""
