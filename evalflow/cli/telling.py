"""What the terminal is told: refusals as sentences, in its language."""

import os
from collections.abc import Mapping
from datetime import datetime

from flask import Flask
from flask_babel import Babel, force_locale

from evalflow import zone
from evalflow.config import LOCALES, TRANSLATIONS
from evalflow.errors import DefinitionError, Invalid, Refused
from evalflow.i18n import Text, in_language, say
from evalflow.web import refusals


def terminal_locale(environ: Mapping[str, str] = os.environ) -> str:
    """Chinese where the terminal is set to it, else English.

    >>> terminal_locale({"LANG": "zh_CN.UTF-8"}), terminal_locale({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"})
    ('zh_Hans', 'en')
    """
    named = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return LOCALES[0] if named.lower().startswith("zh") else "en"


def sentence(refusal: Refused) -> str:
    """The refusal in the terminal's language; of what was sent wrong, a line for each field too."""
    lines = [sentence_of(refusal.code, refusal.facts)]
    if isinstance(refusal, Invalid):
        fields = {name: sentence_of(code, refusal.facts) for name, code in refusal.fields.items()}
        lines += [f"  {name}: {told}" for name, told in fields.items() if told not in lines]
    return "\n".join(lines)


def flaws(error: DefinitionError, locale: str) -> str:
    """What is wrong with a workflow file, a line each."""
    lines = []
    for flaw in error.flaws:
        of = say(locale, "stage %(stage)s", stage=flaw.stage) if flaw.stage else say(locale, "workflow")
        line = say(
            locale,
            "%(place)s: %(of)s: %(key)s: expected %(expected)s, found %(found)s",
            place=flaw.place,
            of=of,
            key=flaw.key,
            expected=in_language(flaw.expected, locale),
            found=in_language(flaw.found, locale),
        )
        lines.append(line)
    return "\n".join(lines)


def counted(number: int, noun: str, many: str = "") -> str:
    """A number with its noun. many: of a noun that takes more than an s.

    >>> counted(1, "mail"), counted(2, "mail"), counted(0, "leaf", "leaves")
    ('1 mail', '2 mails', '0 leaves')
    """
    return f"{number} {noun if number == 1 else many or f'{noun}s'}"


def for_reports(refusal: Refused) -> str:
    """The refusal as a part of a line, in English whatever the terminal's language: reports can be compared."""
    return sentence_of(refusal.code, refusal.facts, locale="en").rstrip(".")


def sentence_of(code: str, facts: Mapping[str, object], locale: str = "") -> str:
    """The sentence of a code, filled with its facts. locale: "" for the terminal's."""
    locale = locale or terminal_locale()
    plain = {name: _plain(fact, locale) for name, fact in facts.items()}
    app = Flask("evalflow")  # the catalogues are asked for by way of an application, and this needs no more of one
    Babel(app, default_translation_directories=str(TRANSLATIONS))
    with app.app_context(), force_locale(locale):
        return refusals.sentence_of(code, plain)


def _plain(fact: object, locale: str) -> object:
    if isinstance(fact, datetime):
        return f"{zone.local(fact):%Y-%m-%d %H:%M %Z}"
    return fact.to(locale) if isinstance(fact, Text) else fact
