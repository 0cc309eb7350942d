"""Bundles written by hand: files as somebody without this program would make them."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from click.testing import CliRunner

from evalflow.cli import main
from evalflow.workflow.outcome import Outcome

ENTRY_COLUMNS = ("entry", "number", "branch", "title", "state")


def write_table(path: Path, *lines: Iterable[object]) -> None:
    """A CSV file, its folder made where it is missing. lines: the column names first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)


def write_rules(folder: Path, rules: str, *, season: str) -> None:
    """The head of a new bundle and its workflow file."""
    folder.mkdir()
    head = {"format": 1, "season": season, "digest": "", "draw_seed": ""}
    (folder / "bundle.json").write_text(json.dumps(head), encoding="utf-8")
    (folder / "definition.toml").write_text(rules, encoding="utf-8")


def write_entries(
    folder: Path,
    entries: Mapping[str, tuple[str, str]],
    *,
    stage: str,
    branches: Iterable[str] = (),
    fields: Iterable[tuple[str, str, object]] = (),
) -> None:
    """Who takes part, accepted in the submission `stage`. entries: {key: (branch, title)} in their order.

    branches: those beside the entries' own. fields: (entry, field, number) as declared.
    """
    keys = sorted({branch for branch, _ in entries.values()} | set(branches))
    write_table(folder / "branches.csv", ("branch", "name"), *((key, key.upper()) for key in keys))
    rows = [
        (key, number, branch, title, "accepted") for number, (key, (branch, title)) in enumerate(entries.items(), 1)
    ]
    write_table(folder / "entries.csv", ENTRY_COLUMNS, *rows)
    evidence = folder / "stages" / stage
    write_table(
        evidence / "submissions.csv", ("entry", "revision", "state"), *((key, 1, "accepted") for key in entries)
    )
    write_table(evidence / "fields.csv", ("entry", "field", "value"), *fields)


def write_sheets(
    folder: Path, stage: str, rows: Iterable[tuple[str, str, str, object]], *, raters: Mapping[str, str]
) -> None:
    """A scoring. rows: (rater, entry, criterion, points); raters: {key: branch, or nothing}."""
    evidence = folder / "stages" / stage
    write_table(evidence / "raters.csv", ("rater", "branch"), *raters.items())
    write_table(evidence / "sheets.csv", ("rater", "entry", "criterion", "points"), *rows)


def recounted(folder: Path) -> dict[str, Outcome]:
    """What `evalflow recount FOLDER` prints, which ends well."""
    done = CliRunner().invoke(main, ["recount", str(folder)])
    assert (done.exit_code, done.stderr) == (0, "")
    return {stage: Outcome.from_json(tree) for stage, tree in json.loads(done.stdout).items()}
