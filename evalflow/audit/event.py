"""An event of the log, its bytes, and what the log may say of it.

An event's bytes are JSON in one canonical form: UTF-8, keys sorted, no spaces, no floats, moments as
"2026-07-01T01:30:00.000000Z". `decode` refuses whatever `encode` would not have written, so an event has one text only.
What is personal is not in it: the event holds a salted commitment, so the personal part can be erased later and the
log still verifies.

>>> from datetime import UTC, datetime
>>> moment = datetime(2026, 5, 4, tzinfo=UTC)
>>> opened = Event("00" * 16, moment, "stage.opened", "organiser", "brands-2026", "vote", {}, "")
>>> decode(encode(opened)) == opened
True
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from evalflow.errors import LogBroken

FORMAT = 1
MAX_BYTES = 65_535  # what a tlog entry may hold
_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
_KEYS = ["actor", "at", "commitment", "format", "id", "public", "season", "stage", "type"]


@dataclass(frozen=True)
class EventType:
    """A kind of event. name: "thing.past_participle". zh, en: what it means, for the log's readers.

    public: fields that everybody who reads the log sees. personal: fields that are only committed to.
    is_held: it enters the tree when its stage is over, see `holding`, and its moment is told by the year only.
    """

    name: str
    zh: str
    en: str
    public: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    is_held: bool = False

    def moment(self, now: datetime) -> datetime:
        """What the log tells of the moment of such an act."""
        return datetime(now.astimezone(UTC).year, 1, 1, tzinfo=UTC) if self.is_held else now

    def check(self, public: Mapping[str, Any], personal: Mapping[str, Any]) -> None:
        """ValueError unless exactly the declared fields are there: what a log records must not drift."""
        for declared, given in ((self.public, public), (self.personal, personal)):
            if set(declared) != set(given):
                raise ValueError(f"{self.name}: declared {sorted(declared)}, given {sorted(given)}")


@dataclass(frozen=True)
class Event:
    """One line of the log.

    id: 32 hex digits. actor: an office, never a name. commitment: hex, "" where nothing is personal.
    """

    id: str
    at: datetime
    type: str
    actor: str
    season: str
    stage: str
    public: Mapping[str, Any]
    commitment: str


def canonical(value: Any) -> bytes:
    """The one text of a JSON value. TypeError for a float: exact numbers are text or integers here."""
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, hex: how the log speaks of what is too large for it."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"a float in the log: {value!r}")
    if isinstance(value, dict):
        for part in value.values():
            _refuse_floats(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _refuse_floats(part)


def commit(salt: bytes, payload: Any) -> str:
    """A hiding, binding commitment, hex: SHA-256 of the salt (16 random bytes) and the payload's canonical text."""
    return hashlib.sha256(salt + canonical(payload)).hexdigest()


def encode(event: Event) -> bytes:
    """The event's bytes: what the tree hashes. ValueError when they would not fit a log entry."""
    text = canonical(
        {
            "format": FORMAT,
            "id": event.id,
            "at": event.at.astimezone(UTC).strftime(_MOMENT),
            "type": event.type,
            "actor": event.actor,
            "season": event.season,
            "stage": event.stage,
            "public": event.public,
            "commitment": event.commitment,
        }
    )
    if len(text) > MAX_BYTES:
        raise ValueError(f"{event.type}: {len(text)} bytes are too many for a log entry; put large parts in as digests")
    return text


def decode(text: bytes) -> Event:
    """The event of these bytes. LogBroken for bytes that `encode` would not have written."""
    try:
        tree = json.loads(text)
        if sorted(tree) != _KEYS or tree["format"] != FORMAT or not re.fullmatch("[0-9a-f]{32}", tree["id"]):
            raise ValueError("not an event of this format")
        at = datetime.fromisoformat(tree["at"])  # reads more than `encode` writes; comparing the texts refuses that
        event = Event(at=at, **{key: value for key, value in tree.items() if key not in ("at", "format")})
        again = encode(event)
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise LogBroken(f"not an event: {wrong}") from None
    if again != text:
        raise LogBroken("not the canonical text of an event")
    return event
