"""An election as a bundle written by hand: entries of one house, one vote, the roll."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from click.testing import CliRunner

from evalflow.cli import main
from evalflow.workflow.outcome import Outcome

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
  { key = "majority", type = "number", required = true, label = { zh = "所需多数", en = "Majority" } },
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
) -> None:
    """rules: the lines of the ballot stage. entries: titles; keys are c1, c2, … ballots: (choices, votes)."""
    keys = [f"c{number}" for number in range(1, len(entries) + 1)]
    folder.mkdir()
    head = {"format": 1, "season": "election", "digest": "", "draw_seed": ""}
    (folder / "bundle.json").write_text(json.dumps(head))
    (folder / "definition.toml").write_text(RULES + rules + RANKING.replace("SEATS", str(seats)), encoding="utf-8")
    _table(folder / "branches.csv", ("branch", "name"), [("house", "House")])
    lines = [
        (key, place, "house", title, "accepted")
        for place, (key, title) in enumerate(zip(keys, entries, strict=True), 1)
    ]
    _table(folder / "entries.csv", ("entry", "number", "branch", "title", "state"), lines)
    nomination, vote = folder / "stages" / "nomination", folder / "stages" / "vote"
    _table(nomination / "submissions.csv", ("entry", "revision", "state"), [(key, 1, "accepted") for key in keys])
    values = [(key, "majority", (numbers or {}).get(key, 1)) for key in keys]
    _table(nomination / "fields.csv", ("entry", "field", "value"), values)
    rows = [(number, choices, votes) for number, (choices, votes) in enumerate(ballots, 1)]
    _table(vote / "ballots.csv", ("ballot", "choices", "votes"), rows)
    _table(vote / "roll.csv", ("branch", "electors", "voted"), [("house", electors, sum(votes for *_, votes in rows))])
    (folder / "stages" / "result").mkdir()


def recounted(folder: Path) -> Mapping[str, Outcome]:
    """The outcomes of all stages, as the command prints them."""
    told = CliRunner().invoke(main, ["recount", str(folder)])
    assert told.exit_code == 0, told.stderr
    return {stage: Outcome.from_json(outcome) for stage, outcome in json.loads(told.stdout).items()}


def order(outcome: Outcome, entries: Sequence[str]) -> list[str]:
    """Titles in the order of their places; whoever has none is left out."""
    places = outcome.figures["place"]
    return [entries[int(key[1:]) - 1] for key in sorted(places, key=lambda key: places[key])]


def _table(path: Path, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *lines])
