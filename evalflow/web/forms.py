"""The base of every form: protected, translated, and able to show what a command refused."""

from flask_wtf import FlaskForm

from evalflow.errors import Refused
from evalflow.web.refusals import sentence, sentence_of


class Form(FlaskForm):  # type: ignore[misc]
    """A form of this program. Commands know what is right; `refuse` shows their sentences where they belong."""

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
