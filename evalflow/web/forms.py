"""The base of every form: protected, translated, and able to show what a command refused."""

from collections.abc import Callable
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto

from evalflow.errors import Refused
from evalflow.web.current import end_reading
from evalflow.web.held import comes_back, note_form
from evalflow.web.refusals import sentence, sentence_of


class Form(FlaskForm):  # type: ignore[misc]
    """A form of this program. Commands know what is right; `refuse` shows their sentences where they belong."""

    def __init__(self, formdata: Any = _Auto, **named: Any) -> None:
        """On a page that comes back after a refusal, the form that was sent holds what was typed; its version and token
        are those of now. A form that is asked to be empty (`formdata=None`) stays so.
        """
        again, name = comes_back(), type(self).__name__
        if formdata is _Auto and again is not None and name in again.forms:
            formdata = again.typed
        elif formdata is _Auto and request.method == "POST":
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


def come_back(form: Form, refusal: Refused, page: Callable[[], str]) -> tuple[str, int]:
    """The page that a form was sent from, once more: what was typed, what speaks against it, and the state of now."""
    form.refuse(refusal)
    end_reading()
    return page(), refusal.status
