"""Recomputing every outcome of a bundle from its evidence, by the rules it holds, and saying where it differs.

Who takes part: the entries whose state is "accepted", in every stage; a draft, a returned, rejected or withdrawn entry
takes part in none. Which stages are recounted: those `outcome.json` names; where there is no such file, those with a
folder of evidence. A stage's earlier outcomes are the recounted ones, never those stored.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evalflow.audit.event import canonical
from evalflow.bundle import cells, format, log
from evalflow.bundle.format import ACCEPTED, Bundle
from evalflow.errors import BundleError, on_one_line
from evalflow.kinds import KINDS
from evalflow.kinds.columns import one_of
from evalflow.workflow.definition import Stage
from evalflow.workflow.outcome import Case, Contender, Outcome

NOTHING = object()


@dataclass(frozen=True)
class Recount:
    """outcomes: {stage key: what it comes to}, in order. differences: one line each, none when all agrees."""

    outcomes: Mapping[str, Outcome]
    differences: tuple[str, ...]


class _Earlier(dict[str, Outcome]):
    """Outcomes of the stages before; asking for one that is not there is the bundle's fault."""

    def __missing__(self, stage: str) -> Outcome:
        raise BundleError(
            format.OUTCOME, "stages", expected=f"the outcome of {stage} too, on which a later one rests", found="none"
        )


def recount(bundle: Bundle) -> Recount:
    """What the evidence comes to. BundleError for evidence that contradicts itself: stage, file, line, reason."""
    outcomes = _Earlier()
    for stage in bundle.definition.stages:
        if stage.key in _reached(bundle):
            outcomes[stage.key] = outcome_of(bundle, stage, outcomes)
    return Recount(dict(outcomes), tuple(_differences(bundle, outcomes)))


def as_json(recounted: Recount) -> str:
    """The outcomes as text: exactly what `outcome.json` would hold."""
    return format.outcome_text(recounted.outcomes)


def _reached(bundle: Bundle) -> Mapping[str, object]:
    return bundle.tables if bundle.outcomes is None else bundle.outcomes


def case_of(bundle: Bundle, stage: Stage, earlier: Mapping[str, Outcome]) -> Case:
    """A stage of a bundle as its kind wants it. earlier: outcomes of the stages before, by key."""
    return Case(
        definition=bundle.definition,
        stage=stage,
        contenders=_contenders(bundle),
        branches=tuple(branch.key for branch in bundle.branches),
        tables=bundle.tables.get(stage.key, {}),
        earlier=earlier,
        seed=format.stage_seed(bundle, stage.key),
    )


def outcome_of(bundle: Bundle, stage: Stage, earlier: Mapping[str, Outcome]) -> Outcome:
    """What one stage's evidence comes to. BundleError: stage, file, line, reason."""
    case = case_of(bundle, stage, earlier)
    try:
        _check_entries(bundle, case)
        found = KINDS[stage.kind].outcome(case)
    except BundleError as wrong:
        raise _placed(wrong, case, bundle) from None
    return Outcome.from_json(json.loads(canonical(found.to_json())))


def _check_entries(bundle: Bundle, case: Case) -> None:
    """Where it is decided who takes part, everybody named stands in entries.csv, whatever became of them."""
    kind, known = KINDS[case.stage.kind], {entry.key for entry in bundle.entries}
    for table, columns in kind.tables.items() if kind.admits else ():
        for line, row in enumerate(case.rows(table) if "entry" in columns else (), 2):
            if row["entry"]:
                one_of(row, "entry", f"{table}.csv", line, known=known)


def _contenders(bundle: Bundle) -> tuple[Contender, ...]:
    """The accepted entries, by number."""
    accepted = [entry for entry in bundle.entries if entry.state == ACCEPTED]
    return tuple(
        Contender(entry.key, entry.branch, entry.number or 0, entry.title)
        for entry in sorted(accepted, key=lambda entry: entry.number or 0)
    )


def _placed(wrong: BundleError, case: Case, bundle: Bundle) -> BundleError:
    """A kind's complaint, with the table's place in the bundle and the line on which its row begins."""
    if wrong.file == format.ENTRIES and wrong.line is not None:
        line = format.line_of_entry(bundle, case.keys[wrong.line - 2])
        return wrong.at(wrong.file, line)
    table = wrong.file.removesuffix(".csv")
    if table == wrong.file or table not in KINDS[case.stage.kind].tables:
        return wrong.at(wrong.file, wrong.line, stage=case.stage.key)
    file = format.table_file(case.stage.key, table)
    if wrong.line is None:
        return wrong.at(file, None)
    lines = list(cells.lines_of(case.rows(table)))
    return wrong.at(file, lines[wrong.line - 2])


def _differences(bundle: Bundle, outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    for stage, stored in (bundle.outcomes or {}).items():
        yield from _between(stage, stored, outcomes[stage])
    if bundle.log is not None:
        yield from log.differences(
            bundle.log,
            season=bundle.season,
            digest=bundle.definition.digest,
            seed=bundle.draw_seed,
            outcomes=outcomes,
            tables=bundle.tables,
        )


def _between(stage: str, stored: Outcome, recounted: Outcome) -> Iterator[str]:
    told, found = stored.to_json(), recounted.to_json()
    for name in sorted(told["figures"].keys() | found["figures"].keys()):
        was, now = told["figures"].get(name, {}), found["figures"].get(name, {})
        for entry in sorted(was.keys() | now.keys()):
            yield from _line(f"stage {stage}: {name}: entry {entry}", was.get(entry, NOTHING), now.get(entry, NOTHING))
    yield from _within(f"stage {stage}: ", told["facts"], found["facts"])


def _within(place: str, told: Any, found: Any) -> Iterator[str]:
    """Differences inside facts, one line for each part that differs; place: the path so far."""
    if isinstance(told, dict) and isinstance(found, dict):
        for key in sorted(told.keys() | found.keys()):
            dot = "" if place.endswith(" ") else "."
            yield from _within(f"{place}{dot}{key}", told.get(key, NOTHING), found.get(key, NOTHING))
    elif isinstance(told, list) and isinstance(found, list) and len(told) == len(found):
        for number, pair in enumerate(zip(told, found, strict=True)):
            yield from _within(f"{place}.{number}", *pair)
    else:
        yield from _line(place, told, found)


def _line(place: str, told: Any, found: Any) -> Iterator[str]:
    if told is NOTHING or found is NOTHING or canonical(told) != canonical(found):
        yield on_one_line(f"{place}: {_show(told)} stored, {_show(found)} recounted")


def _show(value: Any) -> str:
    if value is NOTHING:
        return "nothing"
    text = value if isinstance(value, str) else canonical(value).decode()
    return text if len(text) <= 120 else f"{text[:119]}…"
