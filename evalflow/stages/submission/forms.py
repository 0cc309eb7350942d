"""The form of a declaration, made from its definition, and what a browser sent of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field as Bound
from wtforms import HiddenField, MultipleFileField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.utils import unset_value
from wtforms.widgets import DateInput, URLInput

from evalflow.errors import Invalid
from evalflow.files.content import Cleaned
from evalflow.web.current import locale
from evalflow.web.forms import Form
from evalflow.web.uploads import received
from evalflow.workflow import days, numbers, rows
from evalflow.workflow.fields import Answer, Answers, Field

MOST_SENT = 60  # rows that are looked at, however many a browser sends
ANSWER, KEPT, REMOVED, REMARK = "answer_", "kept_", "removed_", "remark_"
NOBODY: Mapping[str, str] = MappingProxyType({})


class TableField(Bound):  # type: ignore[misc]
    """Rows of cells. A browser sends each column as a list, `NAME-COLUMN`; rows left blank are dropped."""

    def __init__(self, label: str, field_type: str, **named: Any) -> None:
        super().__init__(label, **named)
        self.field_type = field_type

    def process(self, formdata: MultiDict[str, str] | None, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if formdata:
            self.data = self._sent(formdata)

    def _sent(self, formdata: MultiDict[str, str]) -> list[dict[str, str]]:
        columns = {name: formdata.getlist(f"{self.name}-{name}") for name in rows.COLUMNS[self.field_type]}
        length = min(max(map(len, columns.values()), default=0), MOST_SENT)
        sent = [{name: cells[at] if at < len(cells) else "" for name, cells in columns.items()} for at in range(length)]
        return rows.kept(self.field_type, sent)


class DeclarationForm(Form):
    """version: of the draft as the page showed it. page: made when the form is shown, see `Draft`."""

    version = HiddenField()
    page = HiddenField()

    def answer(self, key: str) -> Bound:
        """The field that asks for this answer."""
        return self._fields[f"{ANSWER}{key}"]

    def refuse_answers(self, refusal: Invalid) -> None:
        """Show what is wrong with answers at the fields that ask for them."""
        named = {f"{ANSWER}{key}": code for key, code in refusal.fields.items()}
        self.refuse(Invalid(refusal.code, fields=named, **refusal.facts))


class ReviewForm(Form):
    """What the organiser says. version: of the entry. Remarks on single answers are fields of their own."""

    version = HiddenField()
    remark = TextAreaField(_l("On the whole"), render_kw={"rows": 3, "maxlength": 2000})
    reason = TextAreaField(_l("Reason"), render_kw={"rows": 3, "maxlength": 2000})

    def remark_on(self, key: str) -> Bound:
        return self._fields[f"{REMARK}{key}"]


class ConfirmationForm(Form):
    """What somebody named in a declaration says. version: of the entry."""

    version = HiddenField()
    reason = TextAreaField(_l("Reason"), render_kw={"rows": 3, "maxlength": 2000})


class UnitForm(Form):
    """What a unit that is no branch says in its letter. version: of the entry."""

    version = HiddenField()
    unit = SelectField(_l("Unit"), validate_choice=False)
    letter = StringField(_l("Number of the letter"), render_kw={"maxlength": 60, "autocomplete": "off"})
    day = StringField(_l("Dated"), widget=DateInput())
    reason = TextAreaField(_l("Reason"), render_kw={"rows": 3, "maxlength": 2000})


class WithdrawalForm(Form):
    """Why a branch takes its entry out. version: of the entry."""

    version = HiddenField()
    reason = TextAreaField(_l("Reason"), render_kw={"rows": 3, "maxlength": 2000})


def declaration_form(asked: Iterable[Field], leaders: Mapping[str, str] = NOBODY) -> type[DeclarationForm]:
    """A form class with one field for each question. leaders: {login: name} of those who may take command."""
    bound = {f"{ANSWER}{field.key}": _bound(field, leaders) for field in asked}
    return type("DeclarationForm", (DeclarationForm,), bound)


def review_form(asked: Iterable[Field]) -> type[ReviewForm]:
    """A form class with one field for a remark on each answer."""
    label = _l("What should be amended here?")
    fields = {f"{REMARK}{one.key}": TextAreaField(label, render_kw={"rows": 2, "maxlength": 2000}) for one in asked}
    return type("ReviewForm", (ReviewForm,), fields)


def _bound(field: Field, leaders: Mapping[str, str]) -> Any:
    """Texts stay texts until they are handed in, so that nothing typed wrongly is lost."""
    label = field.label.to(locale())
    match field.type:
        case "long_text":
            return TextAreaField(label, render_kw={"rows": 7, "maxlength": field.longest})
        case "number":
            return StringField(label, render_kw={"inputmode": "decimal", "autocomplete": "off"})
        case "choice":
            options = [SelectChoice(choice.key, choice.label.to(locale())) for choice in field.choice]
            none = SelectChoice("", _("Please choose"))
            return SelectField(label, choices=[none, *options], validate_choice=False)
        case "leader":
            none = SelectChoice("", _("Please choose"))
            known = [SelectChoice(login, name) for login, name in leaders.items()]
            return SelectField(label, choices=[none, *known], validate_choice=False)
        case "indicators" | "milestones" | "partners":
            return TableField(label, field.type)
        case "date":
            return StringField(label, widget=DateInput())
        case "link":
            return StringField(label, widget=URLInput(), render_kw={"maxlength": field.longest})
        case "image" | "file":
            return MultipleFileField(label)
    return StringField(label, render_kw={"maxlength": field.longest})


def fill(form: DeclarationForm, asked: Iterable[Field], answers: Answers) -> None:
    """Put a draft's texts into the form."""
    for field in asked:
        if field.type not in ("image", "file"):
            form.answer(field.key).data = answers.get(field.key, [] if field.type in rows.COLUMNS else "")


def answers_of(form: DeclarationForm, asked: Iterable[Field], sent: MultiDict[str, str]) -> dict[str, Answer]:
    """What was typed, and which files are still wanted."""
    return {field.key: _answer(form, field, sent) for field in asked}


def _answer(form: DeclarationForm, field: Field, sent: MultiDict[str, str]) -> Answer:
    if field.type in ("image", "file"):
        removed = set(sent.getlist(f"{REMOVED}{field.key}"))
        kept = sent.getlist(f"{KEPT}{field.key}")
        return [int(number) for number in kept if re.fullmatch(r"[0-9]{1,15}", number) and number not in removed]
    if field.type in rows.COLUMNS:
        return list(form.answer(field.key).data or [])
    typed = str(form.answer(field.key).data or "")
    if field.type == "number":
        return numbers.plain(typed)
    if field.type == "date":
        return _day(typed)
    if field.type == "link":
        return numbers.narrow(typed)
    return typed.replace("\r\n", "\n").strip()


def _day(typed: str) -> str:
    """As rows hold it; what is no day stays as it was typed."""
    try:
        return days.read(typed).isoformat()
    except ValueError:
        return typed.strip()


def read_uploads(asked: Iterable[Field]) -> tuple[dict[str, list[Cleaned]], Invalid | None]:
    """({field key: what may be kept}, why some may not, by field). Slow: outside of any transaction."""
    good: dict[str, list[Cleaned]] = {}
    bad: dict[str, str] = {}
    facts: dict[str, object] = {}
    for field in asked:
        if field.type in ("image", "file"):
            good[field.key], refusal = received(f"{ANSWER}{field.key}", pictures=field.type == "image")
            if refusal is not None:
                bad[field.key] = refusal.code
                facts |= refusal.facts
    return good, Invalid("file_refused", fields=bad, **facts) if bad else None


def remarks_of(form: ReviewForm, asked: Sequence[Field]) -> Mapping[str, str]:
    """{field key: remark}, under "" the one on the whole."""
    single = {field.key: str(form.remark_on(field.key).data or "") for field in asked}
    return {"": str(form.remark.data or ""), **single}
