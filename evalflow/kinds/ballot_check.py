"""What a ballot's options can't know alone: entries to vote on, choices there could be, fields they name."""

from collections.abc import Iterable, Iterator

from evalflow.kinds.ballot_rules import BallotOptions
from evalflow.kinds.submission import SubmissionOptions
from evalflow.workflow.definition import Definition, Stage
from evalflow.workflow.kind import Problem


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    """A vote needs entries, and not more choices than there could ever be entries on offer."""
    options = stage.options
    assert isinstance(options, BallotOptions)
    if definition.last("submission", before=stage.key) is None:
        yield Problem("kind", "a submission stage before it", "none")
    if stage.rule.reopen:
        yield Problem("reopen", "false: a box that was closed is not opened for more envelopes", "true")
    if options.establishment and options.weights != "equal":
        yield Problem(
            "establishment", "a vote in which every elector counts once: it compares votes with heads", "weights"
        )
    yield from _numbers(definition, stage, options)
    yield from _fields(definition, stage, options)


def _numbers(definition: Definition, stage: Stage, options: BallotOptions) -> Iterator[Problem]:
    needed = max(one.rule.min_entries for one in (*definition.earlier(stage.key), stage))
    wanted = {"choose.max": options.choose.maximum if options.choose else 0, "seats": options.seats or 0}
    for key, number in wanted.items():
        if needed and number > needed:
            yield Problem(key, f"not above the entries needed to get here ({needed})", str(number))


def _fields(definition: Definition, stage: Stage, options: BallotOptions) -> Iterator[Problem]:
    majority = options.default.majority if options.default else ""
    for key, reference in (("establishment", options.establishment), ("default.majority", majority)):
        if "." in reference and not _is_number_field(definition, stage, reference):
            yield Problem(key, "DECLARATION.FIELD, a required number field of an earlier submission", reference)


def _is_number_field(definition: Definition, stage: Stage, reference: str) -> bool:
    name, _, field = reference.partition(".")
    earlier = {one.key: one.options for one in definition.earlier(stage.key)}
    options = earlier.get(name)
    fields = options.field if isinstance(options, SubmissionOptions) else ()
    return any(one.key == field and one.type == "number" and one.required for one in fields)
