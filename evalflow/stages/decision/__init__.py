"""The committee's decision: attendance, recusals, divisions, and the entries decided, held against the ranking."""
