"""Recomputing every outcome of a bundle from its evidence, and comparing it with what the bundle states."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evalflow.audit import note
from evalflow.audit.event import Event, digest
from evalflow.audit.verify import verify_log
from evalflow.bundle.format import Bundle, Log
from evalflow.errors import BundleError, LogBroken
from evalflow.kinds import KINDS
from evalflow.workflow.outcome import Case, Outcome


@dataclass(frozen=True)
class Recount:
    """outcomes: as recomputed, by stage. differences: one line each, from what the bundle or its log states."""

    outcomes: dict[str, Outcome]
    differences: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {key: outcome.to_json() for key, outcome in self.outcomes.items()}


def recount(bundle: Bundle) -> Recount:
    """The outcomes of all stages that came to one; in a bundle that states none, of all stages with evidence.

    Raises BundleError for evidence that contradicts itself.
    """
    outcomes: dict[str, Outcome] = {}
    for stage in bundle.definition.stages:
        stated = stage.key in bundle.outcomes if bundle.outcomes else bool(bundle.evidence.get(stage.key))
        if not stated:
            continue
        case = Case(
            definition=bundle.definition,
            stage=stage,
            contenders=bundle.entries,
            branches=tuple(bundle.branches),
            tables=bundle.evidence.get(stage.key, {}),
            earlier=dict(outcomes),
            seed=bundle.draw_seed,
        )
        outcomes[stage.key] = _outcome(case)
    found = [*_compared(bundle, outcomes), *_logged(bundle, outcomes)]
    return Recount(outcomes, tuple(found))


def _outcome(case: Case) -> Outcome:
    try:
        return KINDS[case.stage.kind].outcome(case)
    except BundleError as wrong:
        raise BundleError(f"stages/{case.stage.key}/{wrong.file}", wrong.reason, line=wrong.line) from None
    except KeyError as missing:
        raise BundleError(f"stages/{case.stage.key}", f"needs the outcome of {missing}, which is not there") from None


def _compared(bundle: Bundle, outcomes: dict[str, Outcome]) -> Iterator[str]:
    for key, stated in bundle.outcomes.items():
        found = outcomes[key]
        for name in sorted({*stated.figures, *found.figures}):
            before, after = stated.figures.get(name, {}), found.figures.get(name, {})
            for entry in sorted({*before, *after}):
                if before.get(entry) != after.get(entry):
                    yield f"{key}: {name} of {entry}: stated {before.get(entry)}, recounted {after.get(entry)}"
        for name in sorted({*stated.facts, *found.facts}):
            if stated.facts.get(name) != _plain(found.facts.get(name)):
                yield f"{key}: {name}: stated {stated.facts.get(name)}, recounted {found.facts.get(name)}"


def _plain(value: Any) -> Any:
    """A fact as JSON gives it back: tuples as lists."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _logged(bundle: Bundle, outcomes: dict[str, Outcome]) -> Iterator[str]:
    """Whether the log verifies, pinned these rules, and recorded these outcomes."""
    if bundle.log is None:
        return
    try:
        events = _verified(bundle.log)
    except LogBroken as broken:
        yield f"log: {broken}"
        return
    events = [event for event in events if event.season == bundle.season]
    pinned = [event.public["digest"] for event in events if event.type == "season.created"]
    if pinned != [bundle.definition.digest]:
        yield f"log: the rules have the digest {bundle.definition.digest}, the log pinned {pinned}"
    settled = {event.stage: event.public["outcome_sha256"] for event in events if event.type == "stage.settled"}
    for key, outcome in outcomes.items():
        if settled.get(key) != digest(outcome.to_json()):
            yield f"log: {key}: recorded the outcome {settled.get(key)}, recounted {digest(outcome.to_json())}"


def _verified(log: Log) -> list[Event]:
    leaves = [(number, leaf.encode(), "") for number, leaf in enumerate(log.leaves)]
    verifier = note.parse_verifier(log.verifier)
    verified = verify_log(leaves, checkpoints=[log.checkpoint], verifiers=[verifier], payloads={})
    said = note.parse_checkpoint(note.open_note(log.checkpoint, [verifier]))
    if said.size != verified.size:
        raise LogBroken(f"the checkpoint speaks of {said.size} leaves, there are {verified.size}")
    return list(verified.events.values())
