"""One line of text as people mean it, whatever a spreadsheet or a form made of it. Pure."""

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs"})  # controls, zero-width and direction marks, lone surrogates


def clean(text: str) -> str:
    """NFC, single spaces, none at the ends, nothing invisible.

    >>> clean("  熔炼分厂\\u200b党支部 \\n 书记 ")
    '熔炼分厂党支部 书记'
    """
    seen = (mark for mark in " ".join(text.split()) if unicodedata.category(mark) not in _UNSEEN)
    return unicodedata.normalize("NFC", "".join(seen))
