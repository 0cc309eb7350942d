"""The form of a report: a field for each indicator, what a report to be corrected puts into it, what was typed."""

from collections.abc import Mapping
from datetime import date

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import Field as Bound
from wtforms import IntegerField, MultipleFileField, StringField, TextAreaField
from wtforms.validators import Optional
from wtforms.widgets import DateInput, HiddenInput

from evalflow.errors import Invalid
from evalflow.files.content import Cleaned
from evalflow.seasons import plans
from evalflow.seasons.models import Entry
from evalflow.stages.tracking import commands
from evalflow.stages.tracking.commands import Said
from evalflow.stages.tracking.models import FigureDraft, ProgressReport
from evalflow.stages.tracking.queries import Doubt
from evalflow.web.forms import Form
from evalflow.web.uploads import received
from evalflow.workflow import days, numbers

FIGURE, REACHED, SURE, FINAL, KEEPS = "figure_", "reached", "sure", "final", "keeps"


class ReportForm(Form):
    """number: of the report this form is for. Figures are fields of their own, one for each indicator."""

    text = TextAreaField(_l("Progress since the last report"), render_kw={"rows": 6, "maxlength": commands.TEXT_MAX})
    day = StringField(_l("The day this report speaks of"), widget=DateInput())
    corrects = IntegerField(_l("Corrects report no."), [Optional()], render_kw={"inputmode": "numeric"})
    files = MultipleFileField(_l("Photos and evidence"))
    number = IntegerField(widget=HiddenInput())
    draft = IntegerField(validators=[Optional()], widget=HiddenInput())

    def figure(self, number: int) -> Bound:
        return self._fields[f"{FIGURE}{number}"]

    def is_for(self, number: int) -> None:
        """Whatever was sent, the form that is shown now is for this report."""
        self.number.data, self.number.raw_data = number, None


def report_form(entry: Entry) -> type[ReportForm]:
    """With a field for each indicator of the entry."""
    keep = {"inputmode": "decimal", "autocomplete": "off"}
    figures = {
        f"{FIGURE}{one.number}": StringField(f"{one.name}（{one.unit}）", render_kw=keep)
        for one in plans.declared(entry)
    }
    return type("ReportForm", (ReportForm,), figures)


def fill(form: ReportForm, wrong: ProgressReport) -> None:
    """Begin with what the report to be corrected says, so that only the mistake has to be typed."""
    form.corrects.data, form.text.data, form.day.data = wrong.number, wrong.text, wrong.day.isoformat()
    for figure in wrong.figures:
        form.figure(figure.indicator).data = figure.value


def fill_drafted(form: ReportForm, draft: FigureDraft, text: str) -> None:
    """Begin with what the office brought in, so that only what is otherwise has to be typed."""
    form.draft.data, form.text.data, form.day.data = draft.id, text, draft.day.isoformat()
    for indicator, value in draft.values.items():
        form.figure(indicator).data = value


def said(form: ReportForm, entry: Entry) -> Said:
    """What was typed. Invalid for a day or a file that can't be read."""
    return Said(
        text=str(form.text.data or ""),
        day=_day(str(form.day.data or "")),
        figures={
            one.number: numbers.in_unit(str(form.figure(one.number).data or ""), one.unit)
            for one in plans.declared(entry)
        },
        corrects=form.corrects.data,
        reached=ticked(),
        final=ended(),
        keeps=request.form.getlist(KEEPS, type=int),
        uploads=_uploads(),
        draft=form.draft.data,
    )


def ticked() -> list[int]:
    """The numbers of the milestones that were ticked."""
    return request.form.getlist(REACHED, type=int)


def ended() -> list[int]:
    """The numbers of the indicators whose figure was ticked as final."""
    return request.form.getlist(FINAL, type=int)


def unsure(found: Mapping[int, Doubt]) -> dict[int, Doubt]:
    """The doubts that nobody has answered: those whose very figure was not ticked as right."""
    ticked = set(request.form.getlist(SURE))
    return {number: doubt for number, doubt in found.items() if doubt.sign not in ticked}


def _day(typed: str) -> date | None:
    try:
        return days.read(typed) if typed.strip() else None
    except ValueError:
        raise Invalid("report_incomplete", fields={"day": "not_a_date"}) from None


def _uploads() -> list[Cleaned]:
    """Slow: outside of any transaction."""
    found, refusal = received("files")
    if refusal is not None:
        raise Invalid("report_incomplete", fields={"files": refusal.code}, **refusal.facts)
    return found
