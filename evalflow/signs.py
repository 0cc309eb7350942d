"""Characters: which of them nobody sees, which belong together, what is printed for those that no font has. Pure."""

import unicodedata
from collections.abc import Callable, Mapping

UNSEEN = frozenset({"Cc", "Cf", "Cs"})  # controls, zero-width and direction marks, lone surrogates
GETA = "〓"  # the printer's mark for a character his case has not
MOST_NAMED = 12
_HOLDS_UNSEEN = (range(0x20000), range(0xE0000, 0xE1000))  # beyond these planes no sign is unseen
_SEEN: dict[int, str | None] = {
    **{code: None for codes in _HOLDS_UNSEEN for code in codes if unicodedata.category(chr(code)) in UNSEEN},
    **{ord("\n"): "\n", ord("\t"): " ", 0x2028: "\n", 0x2029: "\n"},
}


def seen(text: str) -> str:
    """The text without what nobody sees in it; line breaks stay.

    >>> seen("\\ufeff铜花\\u200b飞扬\\x07\\u2028第二行")
    '铜花飞扬\\n第二行'
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_SEEN)


def clusters(text: str) -> list[str]:
    """What is one sign to a reader: a letter with its accents, a keycap, a flag, an emoji with its skin.

    >>> [len(one) for one in clusters("a\\u0301b1\\ufe0f\\u20e3\\U0001f1e8\\U0001f1f3\\U0001f44d\\U0001f3fd")]
    [2, 1, 3, 2, 2]
    """
    found: list[str] = []
    for sign in text:
        half = bool(found) and len(found[-1]) == 1 and _is_flag(found[-1]) and _is_flag(sign)
        if found and (half or unicodedata.category(sign).startswith("M") or "\U0001f3fb" <= sign <= "\U0001f3ff"):
            found[-1] += sign
        else:
            found.append(sign)
    return found


def each(value: object, change: Callable[[str], str]) -> object:
    """The same mappings and lists with every text in them changed."""
    match value:
        case str():
            return change(value)
        case Mapping():
            return {key: each(part, change) for key, part in value.items()}
        case list() | tuple():
            return [each(part, change) for part in value]
    return value


def printable(value: object, is_shown: Callable[[str], bool]) -> tuple[object, str]:
    """(the same with 〓 for what can't be printed, the names of that: "U+1F3C6, U+0031 U+20E3").

    is_shown: whether a text can be printed as it stands. It is asked about texts as a whole: signs that can be printed
    by themselves may not be beside each other; a text that fails although its parts do not keeps its letters only.
    """
    lacking: dict[str, None] = {}

    def changed(text: str) -> str:
        if is_shown(text):
            return text
        shown = _replaced(text, is_shown, lacking)
        return shown if is_shown(shown) else _replaced(text, lambda sign: len(sign) == 1 and sign.isalnum(), lacking)

    found = each(value, changed)
    names = [" ".join(f"U+{ord(sign):04X}" for sign in cluster) for cluster in lacking]
    return found, ", ".join([*names[:MOST_NAMED], *(["…"] if len(names) > MOST_NAMED else [])])


def _replaced(text: str, keeps: Callable[[str], bool], lacking: dict[str, None]) -> str:
    def part(cluster: str) -> str:
        if cluster.isspace() or cluster.isascii() or keeps(cluster):
            return cluster
        lacking[cluster] = None
        return GETA

    return "".join(part(cluster) for cluster in clusters(text))


def _is_flag(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"
