"""Text as people mean it, whatever a spreadsheet or a form made of it. Pure."""

import unicodedata

from evalflow.signs import UNSEEN


def clean(text: str) -> str:
    """NFC on one line: single spaces, none at the ends, nothing invisible.

    >>> clean("  熔炼分厂\\u200b党支部 \\n 书记 ")
    '熔炼分厂党支部 书记'
    """
    seen = (mark for mark in " ".join(text.split()) if unicodedata.category(mark) not in UNSEEN)
    return unicodedata.normalize("NFC", "".join(seen))


def clean_lines(text: str) -> str:
    """NFC with its line breaks and indents; no blanks at the ends of lines, nothing invisible.

    >>> clean_lines("一、建立台账。 \\r\\n  （1）甲班；\\u200b\\n")
    '一、建立台账。\\n  （1）甲班；'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    seen = ("".join(mark for mark in line if unicodedata.category(mark) not in UNSEEN).rstrip() for line in lines)
    return unicodedata.normalize("NFC", "\n".join(seen).strip())
