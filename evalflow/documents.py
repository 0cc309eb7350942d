"""Documents for print: values in, PDF out.

A template is a Typst file in `templates/documents`; its head lists the values it takes. Values reach it as one JSON
text and are shown, never evaluated. Every document is PDF/A-2a: archivable, readable aloud, and checked for glyphs, so
that no empty box stands silently on somebody's certificate. The same values give the same bytes, on one set of fonts.
"""

import functools
import json
from collections.abc import Mapping
from datetime import date

import typst

from evalflow.config import TEMPLATES
from evalflow.errors import NotReady
from evalflow.i18n import N_, say
from evalflow.signs import each, printable, seen
from evalflow.typesetter import Typeset, Typesetter

FOLDER = TEMPLATES / "documents"
FAMILIES = ("Noto Serif CJK SC", "Noto Sans CJK SC", "Noto Sans Mono CJK SC")
MISSING = N_("〓: the fonts of this installation lack %(signs)s")


CHECKPOINT: Mapping[str, str] = {
    "checkpoint": N_("Checkpoint of the audit log"),
    "checkpoint_note": N_(
        "Keep a photograph of these lines: with them anybody can show later whether anything recorded before was "
        "changed."
    ),
}
LABELS: Mapping[str, Mapping[str, str]] = {
    "certificate": {
        "awarded": N_("is awarded the title"),
        "closing": N_("This certificate is presented in recognition."),
        "number": N_("Certificate no."),
    },
    "minutes": {
        "held_at": N_("Held"),
        "place": N_("Venue"),
        "chair": N_("Chair"),
        "teller": N_("Tellers"),
        "entitled": N_("Entitled"),
        "present": N_("Present"),
        "absent": N_("Absent"),
        "sittings": N_("Earlier sittings"),
        "recusals": N_("Recused"),
        "motions": N_("Motions"),
        "ranking": N_("Composite ranking"),
        "deviations": N_("Departures from the ranking, with reasons"),
        "ties": N_("How ties were broken"),
        "signatures": N_("Signatures"),
        "signed_on": N_("Signature and date"),
        "rules": N_("Rules (SHA-256)"),
    },
    "notice": {
        "period": N_("Period of the notice"),
        "objecting": N_("How to object"),
        "rules": N_("Rules (SHA-256)"),
        **CHECKPOINT,
    },
    "results": {
        "notes": N_("How the points were computed"),
        "rules": N_("Rules (SHA-256)"),
        **CHECKPOINT,
    },
}


class DocumentError(RuntimeError):
    """A document can't be made: a value or a template is at fault, not the person who asked for it."""


def labels(name: str, locale: str) -> dict[str, str]:
    """The fixed words of a document in one language, to pass on as its `labels`."""
    return {key: say(locale, message) for key, message in LABELS[name].items()}


def headline(season: str, stage: str, locale: str) -> str:
    """What a document of a stage is called.

    >>> headline("2026年十大品牌评选", "公示", "zh_Hans"), headline("Ten brands 2026", "Public notice", "en")
    ('2026年十大品牌评选公示', 'Ten brands 2026: Public notice')
    """
    return f"{season}: {stage}" if locale.startswith("en") else f"{season}{stage}"


def in_words(day: date, locale: str) -> str:
    """A date as documents write it.

    >>> in_words(date(2026, 7, 1), "zh_Hans"), in_words(date(2030, 11, 21), "zh_Hans"), in_words(date(2026, 7, 1), "en")
    ('二〇二六年七月一日', '二〇三〇年十一月二十一日', '1 July 2026')
    """
    if locale.startswith("en"):
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    year = "".join(_DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{_counted(day.month)}月{_counted(day.day)}日"


def render(name: str, values: Mapping[str, object]) -> bytes:
    """The PDF of a template filled with values.

    values: JSON-able, by the keys named at the head of the template; always `lang`, `labels`, `title`, `organisation`
    and `dated` (ISO date, the only time stamp in the file). Whatever people typed, a document comes out: what nobody
    sees is left out, what no font here can print is printed as 〓, and a note at the end names it.
    Raises NotReady when fonts are missing, DocumentError when a value is or when Typst warns of anything;
    Invalid("document_too_long") and Busy("documents_busy") as `typesetter`, whose process does the work.
    """
    if name not in LABELS:
        raise DocumentError(f"there is no document {name!r}; known: {', '.join(sorted(LABELS))}")
    moment, typed = _moment(name, values), each(values, seen)
    made = _set(name, _noted(typed, ""), moment)
    if made.error:
        shown, lacking = printable(typed, _is_shown)
        if lacking:
            made = _set(name, _noted(shown, say(str(values.get("lang", "")), MISSING, signs=lacking)), moment)
    if made.error or made.warnings:
        raise DocumentError(f"{name}: {made.error or '; '.join(made.warnings)}")
    return made.pdf


def _noted(values: object, missing: str) -> dict[str, object]:
    assert isinstance(values, dict)
    return {**values, "missing": missing}


_typesetter = Typesetter()
_DIGITS = "〇一二三四五六七八九"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _counted(number: int) -> str:
    """1 to 99 as it is spoken: 一, 十, 十一, 二十一."""
    tens, ones = divmod(number, 10)
    spoken = ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "")
    return spoken + (_DIGITS[ones] if ones or not tens else "")


def _moment(name: str, values: Mapping[str, object]) -> date:
    try:
        return date.fromisoformat(str(values["dated"]))
    except (KeyError, ValueError) as error:
        raise DocumentError(f"{name}: dated: expected an ISO date, found {values.get('dated')!r}") from error


def _set(name: str, values: object, moment: date) -> Typeset:
    look_for_fonts()
    told = json.dumps(values, ensure_ascii=False, sort_keys=True)
    return _typesetter.set({"folder": str(FOLDER), "template": name, "values": told, "dated": moment.isoformat()})


@functools.cache
def look_for_fonts() -> typst.Fonts:
    """The fonts of this machine; NotReady where those of the house are not among them."""
    fonts = typst.Fonts()
    missing = [family for family in FAMILIES if family not in fonts.families()]
    if missing:
        raise NotReady("fonts_missing", families=", ".join(missing))
    return fonts


@functools.lru_cache(maxsize=10_000)
def _is_shown(text: str) -> bool:
    """Whether the fonts have all of this text, as a whole; asked only after a document failed."""
    return not _set("probe", text, date(2000, 1, 1)).error
