"""The form of a declaration, made from its definition, and what a browser sent of it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import Field as Bound
from wtforms import HiddenField, MultipleFileField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.widgets import DateInput, URLInput

from evalflow.errors import Invalid
from evalflow.files.content import Cleaned, cleaned_file, cleaned_image
from evalflow.web.current import locale
from evalflow.web.forms import Form
from evalflow.workflow.fields import Answer, Answers, Field

ANSWER, KEPT, REMOVED, REMARK = "answer_", "kept_", "removed_", "remark_"
PICTURES = "image/jpeg,image/png,image/webp"
DOCUMENTS = f".pdf,.docx,.xlsx,.pptx,.txt,.csv,{PICTURES}"


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


def declaration_form(asked: Iterable[Field]) -> type[DeclarationForm]:
    """A form class with one field for each question."""
    fields = {f"{ANSWER}{field.key}": _bound(field) for field in asked}
    return type("DeclarationForm", (DeclarationForm,), fields)


def review_form(asked: Iterable[Field]) -> type[ReviewForm]:
    """A form class with one field for a remark on each answer."""
    label = _l("What should be amended here?")
    fields = {f"{REMARK}{one.key}": TextAreaField(label, render_kw={"rows": 2, "maxlength": 2000}) for one in asked}
    return type("ReviewForm", (ReviewForm,), fields)


def _bound(field: Field) -> Any:
    """Texts stay texts until they are handed in, so that nothing typed wrongly is lost."""
    label = field.label.to(locale())
    match field.type:
        case "long_text":
            return TextAreaField(label, render_kw={"rows": 7, "maxlength": field.max_chars})
        case "number":
            return StringField(label, render_kw={"inputmode": "decimal", "autocomplete": "off"})
        case "choice":
            options = [SelectChoice(choice.key, choice.label.to(locale())) for choice in field.choice]
            none = SelectChoice("", _("Please choose"))
            return SelectField(label, choices=[none, *options], validate_choice=False)
        case "date":
            return StringField(label, widget=DateInput())
        case "link":
            return StringField(label, widget=URLInput(), render_kw={"maxlength": field.max_chars})
        case "image" | "file":
            return MultipleFileField(label, render_kw={"accept": PICTURES if field.type == "image" else DOCUMENTS})
    return StringField(label, render_kw={"maxlength": field.max_chars})


def fill(form: DeclarationForm, asked: Iterable[Field], answers: Answers) -> None:
    """Put a draft's texts into the form."""
    for field in asked:
        if field.type not in ("image", "file"):
            form.answer(field.key).data = answers.get(field.key, "")


def answers_of(form: DeclarationForm, asked: Iterable[Field], sent: MultiDict[str, str]) -> dict[str, Answer]:
    """What was typed, and which files are still wanted."""
    return {field.key: _answer(form, field, sent) for field in asked}


def _answer(form: DeclarationForm, field: Field, sent: MultiDict[str, str]) -> Answer:
    if field.type in ("image", "file"):
        removed = set(sent.getlist(f"{REMOVED}{field.key}"))
        kept = sent.getlist(f"{KEPT}{field.key}")
        return [int(number) for number in kept if re.fullmatch(r"[0-9]{1,15}", number) and number not in removed]
    typed = str(form.answer(field.key).data or "")
    if field.type in ("number", "date", "link"):
        return plain(typed, grouped=field.type == "number")
    return typed.replace("\r\n", "\n").strip()


def plain(typed: str, *, grouped: bool = False) -> str:
    """As typed, with the full-width digits and signs of a Chinese keyboard made plain.

    grouped: a number, from which the commas between groups of three digits are taken.

    >>> plain("１２，５００．５", grouped=True), plain("3,5", grouped=True)
    ('12500.5', '3,5')
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if grouped and re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        return text.replace(",", "")
    return text


def read_uploads(
    asked: Iterable[Field], sent: MultiDict[str, FileStorage]
) -> tuple[dict[str, list[Cleaned]], Invalid | None]:
    """({field key: what may be kept}, why some may not, by field). Slow: outside of any transaction."""
    good: dict[str, list[Cleaned]] = {}
    bad: dict[str, str] = {}
    facts: dict[str, object] = {}
    for field, upload in _uploaded(asked, sent):
        clean = cleaned_image if field.type == "image" else cleaned_file
        try:
            good.setdefault(field.key, []).append(clean(upload.filename or "", upload.stream.read()))
        except Invalid as refusal:
            bad[field.key] = refusal.code
            facts |= refusal.facts
    return good, Invalid("file_refused", fields=bad, **facts) if bad else None


def _uploaded(asked: Iterable[Field], sent: MultiDict[str, FileStorage]) -> Iterator[tuple[Field, FileStorage]]:
    """A browser sends an empty part where no file was chosen."""
    for field in asked:
        if field.type in ("image", "file"):
            yield from ((field, upload) for upload in sent.getlist(f"{ANSWER}{field.key}") if upload.filename)


def remarks_of(form: ReviewForm, asked: Sequence[Field]) -> Mapping[str, str]:
    """{field key: remark}, under "" the one on the whole."""
    single = {field.key: str(form.remark_on(field.key).data or "") for field in asked}
    return {"": str(form.remark.data or ""), **single}
