"""What a ballot's options can't know alone: entries to vote on, choices there could be, fields they name, and whether
all entries that may come have room on its paper.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evalflow.i18n import phrase
from evalflow.kinds.ballot_rules import BallotOptions
from evalflow.kinds.submission import SubmissionOptions
from evalflow.workflow.definition import Definition, Stage
from evalflow.workflow.kind import Problem


@dataclass(frozen=True)
class Crowd:
    """More entries than a paper holds may come: stage: the vote; each: entries of one branch; found: of all; most."""

    stage: Stage
    each: int
    found: int
    most: int

    @property
    def numbers(self) -> dict[str, int]:
        return {"each": self.each, "found": self.found, "most": self.most}


def room(definition: Definition) -> int | None:
    """How many entries there can be at most for every vote of a workflow to have them on its paper; None: no vote."""
    return min((options.room for _, options in _votes(definition)), default=None)


def crowd(definition: Definition, branches: int) -> Crowd | None:
    """The first vote whose paper is too short where each of so many branches hands in as many entries as it may."""
    each = definition.heading.entry.per_owner
    for stage, options in _votes(definition):
        if each * branches > options.room:
            return Crowd(stage, each, each * branches, options.room)
    return None


def _votes(definition: Definition) -> Iterator[tuple[Stage, BallotOptions]]:
    for stage in definition.stages:
        if isinstance(stage.options, BallotOptions):
            yield stage, stage.options


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    """A vote needs entries, and not more choices than there could ever be entries on offer."""
    options = stage.options
    assert isinstance(options, BallotOptions)
    if definition.last("submission", before=stage.key) is None:
        yield Problem("kind", phrase("a submission stage before it"), phrase("none"))
    if stage.rule.reopen:
        yield Problem("reopen", phrase("false: a box that was closed is not opened for more envelopes"), "true")
    if options.establishment and options.weights != "equal":
        yield Problem(
            "establishment",
            phrase("a vote in which every elector counts once: it compares votes with heads"),
            "weights",
        )
    yield from _numbers(definition, stage, options)
    yield from _fields(definition, stage, options)


def _numbers(definition: Definition, stage: Stage, options: BallotOptions) -> Iterator[Problem]:
    needed = max(one.rule.min_entries for one in (*definition.earlier(stage.key), stage))
    if needed > options.room:
        yield Problem(
            "min_entries",
            phrase("at most %(most)s, as a ballot paper holds no more entries", most=options.room),
            str(needed),
        )
    wanted = {"choose.max": options.choose.maximum if options.choose else 0, "seats": options.seats or 0}
    for key, number in wanted.items():
        if needed and number > needed:
            yield Problem(
                key, phrase("not above the entries needed to get here (%(needed)s)", needed=needed), str(number)
            )


def _fields(definition: Definition, stage: Stage, options: BallotOptions) -> Iterator[Problem]:
    majority = options.default.majority if options.default else ""
    for key, reference in (("establishment", options.establishment), ("default.majority", majority)):
        if "." in reference and not _is_number_field(definition, stage, reference):
            yield Problem(key, phrase("DECLARATION.FIELD, a required number field of an earlier submission"), reference)


def _is_number_field(definition: Definition, stage: Stage, reference: str) -> bool:
    name, _, field = reference.partition(".")
    earlier = {one.key: one.options for one in definition.earlier(stage.key)}
    options = earlier.get(name)
    fields = options.field if isinstance(options, SubmissionOptions) else ()
    return any(one.key == field and one.type == "number" and one.required for one in fields)
