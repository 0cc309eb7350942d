"""One package a kind of stage, all alike and ignorant of each other."""
