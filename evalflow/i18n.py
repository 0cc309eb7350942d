"""Texts in two languages: `Text` for those a definition brings, gettext catalogues for those of the program."""

import functools
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from babel.support import NullTranslations, Translations

from evalflow.config import TRANSLATIONS


@dataclass(frozen=True)
class Text:
    """One text in Chinese and English; English falls back to Chinese where none is given.

    >>> Text("品牌", "brand").to("en"), Text("品牌").to("en")
    ('brand', '品牌')
    """

    zh: str
    en: str = ""

    def to(self, locale: str) -> str:
        return self.en or self.zh if locale.startswith("en") else self.zh

    def __str__(self) -> str:
        return self.zh


def listed(texts: Iterable[Text]) -> Text:
    """Several texts as one, in both languages.

    >>> listed([Text("熔炼", "Smelting"), Text("精炼")])
    Text(zh='熔炼、精炼', en='Smelting, 精炼')
    """
    found = list(texts)
    return Text("、".join(one.zh for one in found), ", ".join(one.to("en") for one in found))


@functools.cache
def translations(locale: str) -> NullTranslations:
    """The program's catalogue for a locale; message ids are English, so "en" needs none."""
    return Translations.load(TRANSLATIONS, [locale])


def say(locale: str, message: str, **facts: object) -> str:
    """A sentence of the program outside a request: documents, mails, the command line."""
    text: str = translations(locale).gettext(message)
    return text % facts if facts else text


def say_count(locale: str, one: str, many: str, number: int, **facts: object) -> str:
    """`say` for a sentence that counts: `one` where the number is 1. The number itself is %(num)s."""
    text: str = translations(locale).ngettext(one, many, number)
    return text % {"num": number, **facts}


def by_pinyin(text: str) -> list[bytes]:
    """A key that sorts Chinese by its sounds, for lists that have no order of their own; see ADR 27.

    >>> sorted(["熔炼", "Smelter", "精炼", "电解"], key=by_pinyin)
    ['Smelter', '电解', '精炼', '熔炼']
    """
    return [_sound(sign) for sign in unicodedata.normalize("NFKC", text).casefold()]


def _sound(sign: str) -> bytes:
    """GB 2312 has its 3,755 common characters in the order of their pinyin; whatever it lacks comes after them."""
    try:
        return sign.encode("gb2312")
    except UnicodeEncodeError:
        return b"\xff" + sign.encode("utf-16-be", "surrogatepass")


class Phrase(str):
    """A text of the program that is English wherever it is only text, and can be said in another language.

    >>> phrase("at most %(most)s stages", most=3)
    'at most 3 stages'
    """

    message: str
    facts: Mapping[str, object]

    def to(self, locale: str) -> str:
        """In a language; facts that are phrases themselves too."""
        return say(locale, self.message, **{name: in_language(fact, locale) for name, fact in self.facts.items()})


def phrase(message: str, **facts: object) -> Phrase:
    """A phrase of the catalogue, filled with what it tells."""
    made = Phrase(message % facts if facts else message)
    made.message, made.facts = message, facts
    return made


def in_language(text: object, locale: str) -> object:
    """A phrase in a language; anything else as it is."""
    return text.to(locale) if isinstance(text, Phrase) else text


def N_(message: str) -> str:
    """Marks a text of a table for the catalogue; it is translated where it is said."""
    return message
