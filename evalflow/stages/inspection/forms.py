"""What a browser sent of a self-assessment or of an inspection."""

import re
from collections.abc import Mapping, Sequence

from werkzeug.datastructures import MultiDict

from evalflow.errors import Invalid
from evalflow.files.content import Cleaned
from evalflow.stages.inspection import queries
from evalflow.stages.inspection.commands import Stated
from evalflow.stages.inspection.inspecting import Finding
from evalflow.stages.inspection.models import Assessment
from evalflow.web.forms import Form
from evalflow.web.uploads import received
from evalflow.workflow import numbers
from evalflow.workflow.indicators import Indicator

FIGURE, FLAG, REASON, VERDICT = "figure_", "flag_", "reason_", "verdict_"
ACCEPTS, CORRECTS = "accept", "correct"


class AssessmentForm(Form):
    """Carries the token and what is wrong with the form as a whole; its fields are named by indicators and flags."""


def version_of(sent: Mapping[str, str]) -> int:
    text = sent.get("version", "")
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


def stated(
    sent: MultiDict[str, str], plan: Sequence[Indicator], flags: Sequence[str], uploads: Sequence[Cleaned]
) -> Stated:
    """What the branch's form holds."""
    removed = set(sent.getlist("removed"))
    kept = [int(text) for text in sent.getlist("kept") if re.fullmatch("[0-9]{1,15}", text) and text not in removed]
    return Stated(
        figures={one.number: numbers.in_unit(sent.get(f"{FIGURE}{one.number}", ""), one.unit) for one in plan},
        text=sent.get("text", "").replace("\r\n", "\n"),
        flags={key: sent.get(f"{FLAG}{key}", "") for key in flags},
        kept=kept,
        uploads=uploads,
    )


def findings(
    sent: Mapping[str, str], plan: Sequence[Indicator], flags: Sequence[str], found: Assessment | None
) -> tuple[dict[int, Finding], dict[str, Finding]]:
    """What the inspector's form says of figures and of flags; those without a verdict are left for later.

    Where the button says so, everything stated and not inspected yet is accepted.
    """
    figures: dict[int, Finding] = {}
    for one in plan:
        number, claimed = one.number, queries.claimed(found, one.number)
        row = queries.figure(found, number)
        verdict = sent.get(f"{VERDICT}{number}", "")
        if verdict == CORRECTS:
            typed = sent.get(f"{FIGURE}{number}", "")
            figures[number] = Finding(numbers.in_unit(typed, one.unit), sent.get(f"{REASON}{number}", ""))
        elif verdict == ACCEPTS or (_accepts_all(sent) and claimed and not (row and row.state)):
            figures[number] = Finding(claimed)
    answers: dict[str, Finding] = {}
    for key in flags:
        declared, answer = queries.declared(found, key), sent.get(f"{FLAG}{key}", "")
        if answer:
            answers[key] = Finding(answer, sent.get(f"{REASON}{key}", ""))
        elif _accepts_all(sent) and declared:
            answers[key] = Finding(declared)
    return figures, answers


def _accepts_all(sent: Mapping[str, str]) -> bool:
    return sent.get("action") == "accept_all"


def read_uploads() -> list[Cleaned]:
    """What may be kept. Slow: outside of any transaction. Invalid names "files"."""
    found, refusal = received("files")
    if refusal is not None:
        raise Invalid("answers_faulty", fields={"files": refusal.code}, **refusal.facts)
    return found
