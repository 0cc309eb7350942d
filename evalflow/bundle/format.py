"""A season as a folder of text files, made to be written by hand as easily as by `evalflow export`.

    bundle.json                  {"format": 1, "season": …, "digest": …, "draw_seed": …, "lots": {stage: …}}
    definition.json | .toml      the rules: canonical text, or a workflow file
    branches.csv                 branch, name
    entries.csv                  entry, number, branch, title, state
    stages/<stage>/<table>.csv   evidence; the tables are those of the stage's kind
    outcome.json                 {stage: {"figures": …, "facts": …}}; may be left out
    log/                         see `log`; may be left out

`texts` and `read` are a pair: what one says the other reads back, and a bundle has one set of bytes only.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evalflow.audit.event import canonical
from evalflow.bundle import cells, log
from evalflow.bundle import folder as files
from evalflow.bundle.log import Log
from evalflow.errors import BundleError, choices, on_one_line
from evalflow.kinds import KINDS
from evalflow.kinds.columns import count_of, one_of
from evalflow.kinds.submission import STATES
from evalflow.tally import ranking
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition
from evalflow.workflow.outcome import Outcome, Row, Tables

FORMAT = 1
HEAD, RULES, RULES_BY_HAND, OUTCOME = "bundle.json", "definition.json", "definition.toml", "outcome.json"
BRANCHES, ENTRIES, STAGES, LOG = "branches.csv", "entries.csv", "stages", "log"
BRANCH_COLUMNS = ("branch", "name")
ENTRY_COLUMNS = ("entry", "number", "branch", "title", "state")
ACCEPTED = "accepted"
MAX_FIGURE = 4000  # signs of an exact number; Python reads no longer one
_HEAD_KEYS = ("format", "season", "digest", "draw_seed")
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
LOTS = "lots"  # may be left out of the head
_HEX = re.compile(r"([0-9a-f]{2})*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"-?[0-9]+(/0*[1-9][0-9]*)?")


@dataclass(frozen=True)
class BranchLine:
    """A branch: its key and what it is called."""

    key: str
    name: str


@dataclass(frozen=True)
class EntryLine:
    """An entry. number: its place in the order of presentation, None where it never got one. state: of STATES."""

    key: str
    number: int | None
    branch: str
    title: str
    state: str


@dataclass(frozen=True)
class Bundle:
    """One season, as far as it has got.

    digest: of the rules as pinned, hex, or "" where nobody pinned them. draw_seed: hex, or "" where no lot is drawn or
    nobody may know it yet; then lots, {stage: hex}, are what stages that are done have drawn theirs from.
    branches: in the order of the house. tables: {stage: {table: rows}} of the stages reached.
    outcomes: {stage: outcome} as stored; None where nothing is claimed, only to be computed.
    """

    season: str
    digest: str
    draw_seed: str
    definition: Definition
    branches: tuple[BranchLine, ...]
    entries: tuple[EntryLine, ...]
    tables: Mapping[str, Tables]
    outcomes: Mapping[str, Outcome] | None
    log: Log | None = None
    lots: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def write(bundle: Bundle, folder: Path) -> None:
    """Write a bundle into a new or empty folder. BundleError when anything is there already: files must not mix."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BundleError(str(folder), expected="an empty folder, or none", found="something there already")
    for file, text in texts(bundle).items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def texts(bundle: Bundle) -> dict[str, str]:
    """{file: text} of a whole bundle, LF only; of a stage reached the tables it needs and those that have rows."""
    head = {"format": FORMAT, "season": bundle.season, "digest": bundle.digest, "draw_seed": bundle.draw_seed}
    head |= {LOTS: dict(bundle.lots)} if bundle.lots else {}
    found = {
        HEAD: f"{json.dumps(head, ensure_ascii=False, indent=2)}\n",
        RULES: f"{bundle.definition.text}\n",
        BRANCHES: cells.write(BRANCH_COLUMNS, [{"branch": one.key, "name": one.name} for one in bundle.branches]),
        ENTRIES: cells.write(ENTRY_COLUMNS, [_entry_row(entry) for entry in bundle.entries]),
    }
    for stage in bundle.definition.stages:
        for table, columns in KINDS[stage.kind].tables.items() if stage.key in bundle.tables else ():
            rows = bundle.tables[stage.key].get(table, ())
            if rows or table in KINDS[stage.kind].needed:
                optional = KINDS[stage.kind].optional.get(table, ())
                found[table_file(stage.key, table)] = cells.write(columns, rows, optional)
    if bundle.outcomes is not None:
        found[OUTCOME] = outcome_text(bundle.outcomes)
    return found | (log.texts(bundle.log) if bundle.log else {})


def outcome_text(outcomes: Mapping[str, Outcome]) -> str:
    """The text of `outcome.json`: stages in their order, all within sorted."""
    tree = {stage: json.loads(canonical(outcome.to_json())) for stage, outcome in outcomes.items()}
    return f"{json.dumps(tree, ensure_ascii=False, indent=2)}\n"


def read(folder: Path) -> Bundle:
    """The bundle in a folder. BundleError: file, line and reason; DefinitionError for rules that can't work."""
    known = (HEAD, RULES, RULES_BY_HAND, BRANCHES, ENTRIES, STAGES, OUTCOME, LOG)
    present = files.check_names(folder, known)
    head_text = files.text(folder, HEAD)
    tree = files.json_object(head_text, HEAD)
    lots = tree.pop(LOTS, {})
    head = _head(tree, head_text)
    definition = _definition(folder, present)
    if head["digest"] not in ("", definition.digest):
        raise BundleError(
            HEAD,
            "digest",
            expected=f"{definition.digest}, that of the rules",
            found=head["digest"],
            line=files.line_of_key(head_text, "digest"),
        )
    _check_lots(lots, head["draw_seed"], definition, line=files.line_of_key(head_text, LOTS))
    branches = _branches(folder)
    return Bundle(
        **head,
        definition=definition,
        branches=branches,
        entries=_entries(folder, [branch.key for branch in branches]),
        tables=_stages(folder, definition) if STAGES in present else {},
        outcomes=_outcomes(folder, definition) if OUTCOME in present else None,
        log=log.read(folder) if LOG in present else None,
        lots=lots,
    )


def stage_seed(bundle: Bundle, stage: str) -> str:
    """What a stage's lots are drawn from, hex; "" where the bundle does not say."""
    return _stage_seed(stage, bundle.draw_seed) if bundle.draw_seed else bundle.lots.get(stage, "")


def _stage_seed(stage: str, draw_seed: str) -> str:
    return ranking.stage_seed(stage, bytes.fromhex(draw_seed)).hex()


def table_file(stage: str, table: str) -> str:
    return f"{STAGES}/{stage}/{table}.csv"


def line_of_entry(bundle: Bundle, key: str) -> int:
    """The line of `entries.csv` on which an entry begins."""
    lines = cells.lines_of(_entry_row(entry) for entry in bundle.entries)
    return next(line for line, entry in zip(lines, bundle.entries, strict=False) if entry.key == key)


def _entry_row(entry: EntryLine) -> dict[str, str]:
    number = "" if entry.number is None else str(entry.number)
    return {
        "entry": entry.key,
        "number": number,
        "branch": entry.branch,
        "title": entry.title,
        "state": entry.state,
    }


def _head(tree: dict[str, Any], text: str) -> dict[str, str]:
    if set(tree) != set(_HEAD_KEYS):
        raise BundleError(HEAD, "keys", expected=", ".join(_HEAD_KEYS), found=", ".join(tree) or "none")
    if tree["format"] != FORMAT or isinstance(tree["format"], bool):
        raise BundleError(
            HEAD, "format", expected=str(FORMAT), found=_shown(tree["format"]), line=files.line_of_key(text, "format")
        )
    if not isinstance(tree["season"], str) or not tree["season"]:
        raise BundleError(
            HEAD,
            "season",
            expected="the season's key",
            found=_shown(tree["season"]),
            line=files.line_of_key(text, "season"),
        )
    for key in ("digest", "draw_seed"):
        if not isinstance(tree[key], str) or not _HEX.fullmatch(tree[key]):
            raise BundleError(
                HEAD,
                key,
                expected='hex digits in pairs, or ""',
                found=_shown(tree[key]),
                line=files.line_of_key(text, key),
            )
    return {key: tree[key] for key in _HEAD_KEYS if key != "format"}


def _check_lots(lots: Any, draw_seed: str, definition: Definition, *, line: int) -> None:
    """Of stages there are, and by the season's seed once that is told."""
    if not isinstance(lots, dict) or not all(isinstance(one, str) and _SHA256.fullmatch(one) for one in lots.values()):
        raise BundleError(HEAD, LOTS, expected="64 hex digits for each stage", found=_shown(lots), line=line)
    for stage, seed in lots.items():
        if stage not in definition.by_key:
            raise BundleError(
                HEAD, f"{LOTS}: stage", expected=choices(definition.by_key, stage), found=f"{stage!r}", line=line
            )
        if draw_seed and seed != _stage_seed(stage, draw_seed):
            raise BundleError(
                HEAD,
                f"{LOTS}: stage {stage}",
                expected=f"{_stage_seed(stage, draw_seed)}, from draw_seed",
                found=seed,
                line=line,
            )


def _definition(folder: Path, present: Collection[str]) -> Definition:
    if (RULES in present) == (RULES_BY_HAND in present):
        raise BundleError(
            RULES,
            expected=f"this file or {RULES_BY_HAND}, one of them",
            found="both" if RULES in present else "neither",
        )
    if RULES in present:
        return reader.read_canonical(files.text(folder, RULES), KINDS, file=RULES)
    return reader.read_kept(files.text(folder, RULES_BY_HAND), KINDS, file=RULES_BY_HAND)


def _table(folder: Path, file: str, columns: Sequence[str], optional: Collection[str] = ()) -> tuple[Row, ...]:
    return cells.read(files.text(folder, file), columns, file, optional)


def _branches(folder: Path) -> tuple[BranchLine, ...]:
    rows = _table(folder, BRANCHES, BRANCH_COLUMNS)
    _check_keys(rows, "branch", BRANCHES)
    return tuple(BranchLine(row["branch"], row["name"]) for row in rows)


def _entries(folder: Path, branches: Collection[str]) -> tuple[EntryLine, ...]:
    """BundleError: a branch or state there is not, an accepted entry without a number, a number that stands twice."""
    rows = _table(folder, ENTRIES, ENTRY_COLUMNS)
    _check_keys(rows, "entry", ENTRIES)
    found, numbers = [], set()
    for line, row in zip(cells.lines_of(rows), rows, strict=True):
        one_of(row, "branch", ENTRIES, line, known=branches)
        one_of(row, "state", ENTRIES, line, known=STATES)
        number = count_of(row, "number", ENTRIES, line) if row["number"] or row["state"] == ACCEPTED else None
        if number in numbers:
            raise BundleError(ENTRIES, "number", expected="each once", found=f"{number} again", line=line)
        numbers |= {number} - {None}
        found.append(EntryLine(row["entry"], number, row["branch"], row["title"], row["state"]))
    return tuple(found)


def _shown(value: Any) -> str:
    return on_one_line(json.dumps(value, ensure_ascii=False))


def _check_keys(rows: tuple[Row, ...], column: str, file: str) -> None:
    seen: set[str] = set()
    for line, row in zip(cells.lines_of(rows), rows, strict=True):
        key = row[column]
        if not _KEY.fullmatch(key):
            raise BundleError(file, column, expected="1 to 40 of a to z, 0 to 9, - and _", found=f"{key!r}", line=line)
        if key in seen:
            raise BundleError(file, column, expected="each once", found=f"{key!r} again", line=line)
        seen.add(key)


def _stages(folder: Path, definition: Definition) -> dict[str, Tables]:
    """The evidence of every stage that has a folder; a table without a file is empty.

    A stage that has some of its tables must have those on which the others only comment.
    """
    present = files.check_names(folder / STAGES, list(definition.by_key), STAGES)
    return {stage.key: _stage(folder, stage.key, stage.kind) for stage in definition.stages if stage.key in present}


def _stage(folder: Path, key: str, kind: str) -> Tables:
    tables, optional = KINDS[kind].tables, KINDS[kind].optional
    shown = f"{STAGES}/{key}"
    present = files.check_names(folder / STAGES / key, [f"{table}.csv" for table in tables], shown)
    needed = {*present, *(f"{table}.csv" for table in KINDS[kind].needed if present)}
    return {
        table: _table(folder, table_file(key, table), columns, optional.get(table, ()))
        if f"{table}.csv" in needed
        else ()
        for table, columns in tables.items()
    }


def _outcomes(folder: Path, definition: Definition) -> dict[str, Outcome]:
    text = files.text(folder, OUTCOME)
    tree = files.json_object(text, OUTCOME)
    for stage in tree:
        if stage not in definition.by_key:
            raise BundleError(
                OUTCOME,
                "stage",
                expected=choices(definition.by_key, stage),
                found=f"{stage!r}",
                line=files.line_of_key(text, stage),
            )
    return {one.key: _outcome(one.key, tree[one.key], text) for one in definition.stages if one.key in tree}


def _outcome(stage: str, part: Any, text: str) -> Outcome:
    line = files.line_of_key(text, stage)
    fit = isinstance(part, dict) and set(part) == {"figures", "facts"} and isinstance(part["facts"], dict)
    figures = part["figures"] if fit else None
    if not isinstance(figures, dict) or not all(isinstance(column, dict) for column in figures.values()):
        raise BundleError(
            OUTCOME, f"stage {stage}", expected="figures of entries, and facts", found=_shown(part), line=line
        )
    for name, column in figures.items():
        for entry, written in column.items():
            if not isinstance(written, str) or not _NUMBER.fullmatch(written) or len(written) > MAX_FIGURE:
                raise BundleError(
                    OUTCOME,
                    f"stage {stage}: {name}: entry {entry}",
                    expected="an exact number as text, such as '7' or '200/3'",
                    found=_shown(written),
                    line=line,
                )
    return Outcome.from_json(part)
