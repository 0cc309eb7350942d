"""An election as a bundle written by hand: entries of one house, one vote, the roll."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from evalflow.workflow.outcome import Outcome
from tests.bundle.written import write_entries, write_rules, write_table

RULES = """
format = 1
key = "election"
title = { zh = "选举", en = "Election" }
moves = "together"

[entry]
noun = { zh = "候选人", en = "candidate" }
per_owner = 100

[[stage]]
key = "nomination"
kind = "submission"
title = { zh = "提名", en = "Nomination" }
review = "none"
field = [
  { key = "name", type = "text", role = "title", required = true, label = { zh = "姓名", en = "Name" } },
  { key = "number", type = "number", required = true, min = 0, label = { zh = "数目", en = "Number" } },
]

[[stage]]
key = "vote"
kind = "ballot"
title = { zh = "投票", en = "Vote" }
"""
RANKING = """
[[stage]]
key = "result"
kind = "decision"
title = { zh = "结果", en = "Result" }
seats = SEATS
combine = "sum"
component = [{ from = "vote", as = "rank_points" }]
"""
Ballots = Iterable[tuple[str, int]]


def write_election(
    folder: Path,
    rules: str,
    entries: Sequence[str],
    ballots: Ballots,
    *,
    seats: int,
    electors: int,
    numbers: Mapping[str, int] | None = None,
    result: str = "",
) -> None:
    """rules: the lines of the ballot stage. entries: titles; keys are c1, c2, … ballots: (choices, votes).

    numbers: {key: what an entry declares}, 1 where nothing is said. result: more lines of the decision.
    """
    keys = [f"c{number}" for number in range(1, len(entries) + 1)]
    write_rules(folder, RULES + rules + RANKING.replace("SEATS", str(seats)) + result, season="election")
    declared = [(key, "number", (numbers or {}).get(key, 1)) for key in keys]
    titles = {key: ("house", title) for key, title in zip(keys, entries, strict=True)}
    write_entries(folder, titles, stage="nomination", fields=declared)
    vote = folder / "stages" / "vote"
    rows = [(number, choices, votes) for number, (choices, votes) in enumerate(ballots, 1)]
    write_table(vote / "ballots.csv", ("ballot", "choices", "votes"), *rows)
    cast = sum(votes for *_, votes in rows)
    write_table(vote / "roll.csv", ("branch", "electors", "voted"), ("house", electors, cast))
    (folder / "stages" / "result").mkdir()


def order(outcome: Outcome, entries: Sequence[str]) -> list[str]:
    """Titles in the order of their places; whoever has none is left out."""
    places = outcome.figures["place"]
    return [entries[int(key[1:]) - 1] for key in sorted(places, key=lambda key: places[key])]
