"""The last head that was signed, as it is kept outside the database: what nobody who only has the database can change.

A head is a checkpoint's note, the frontier of its tree and the key in force. The frontier follows from nothing in the
database, so a sealer who extends it signs the old leaves as they were, whatever the rows say by now. It is a small
text of JSON:

    {"frontier": "5:9a…,77…", "key": "evalflow.example/log+3f…+AQ…", "note": "evalflow.example/log\\n5\\n…"}
"""

import json
from dataclasses import dataclass

from evalflow.audit import note, tree
from evalflow.audit.note import Verifier
from evalflow.errors import LogBroken


@dataclass(frozen=True)
class Head:
    """frontier: of all leaves that were signed. key: signs the next checkpoint. signed: the note, "" of no leaves."""

    frontier: tree.Frontier
    key: Verifier
    signed: str

    @property
    def size(self) -> int:
        return self.frontier.size


def beginning(key: Verifier) -> Head:
    """The head of a log that has no leaves yet."""
    return Head(tree.Frontier(), key, "")


def format_head(head: Head) -> str:
    parts = {"frontier": head.frontier.format(), "key": note.format_verifier(head.key), "note": head.signed}
    return f"{json.dumps(parts, ensure_ascii=False, indent=1)}\n"


def parse_head(text: str) -> Head:
    """LogBroken for anything `format_head` would not have written of a note that is signed and fits its frontier."""
    try:
        parts = json.loads(text)
        frontier = tree.Frontier.parse(parts["frontier"])
        head = Head(frontier, note.parse_verifier(parts["key"]), parts["note"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise LogBroken("not a head of the log") from None
    if head.size:
        said = note.parse_checkpoint(note.open_note(head.signed, [head.key]))
        if (said.size, said.root) != (frontier.size, frontier.root()):
            raise LogBroken("a head that contradicts itself: its note speaks of another tree")
    if format_head(head) != text:
        raise LogBroken("not a head of the log")
    return head
