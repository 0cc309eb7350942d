"""The base of every form: protected, translated, and able to show what a command refused."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto

from evalflow.errors import Invalid, Refused
from evalflow.web.held import comes_back, note_form
from evalflow.web.refusals import sentence, sentence_of


class Form(FlaskForm):  # type: ignore[misc]
    """A form of this program. Commands know what is right; `refuse` shows their sentences where they belong."""

    def __init__(self, formdata: Any = _Auto, **named: Any) -> None:
        """On a page that comes back after a refusal, the form that was sent holds what was typed and what is wrong with
        it; its version and token are those of now. A form that is asked to be empty (`formdata=None`) stays so.
        """
        again, name = comes_back() if formdata is _Auto else None, type(self).__name__
        if again is not None and name in again.forms:
            super().__init__(again.typed, **named)
            if isinstance(again.refusal, Invalid) and again.refusal.fields:
                self.refuse(again.refusal)
            return
        if formdata is _Auto and request.method == "POST":
            note_form(name)
        super().__init__(formdata, **named)

    def refuse(self, refusal: Refused) -> None:
        """Put a refusal's sentences on the fields it names, and those of fields the form does not have above it."""
        fields: dict[str, str] = getattr(refusal, "fields", {})
        for name, code in fields.items():
            told = sentence_of(code, refusal.facts)
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, told]
            else:
                self.form_errors.append(told)
        if not fields:
            self.form_errors.append(sentence(refusal))
