"""The log that may come with a bundle: its files, and what they say held against what was recounted.

    log/leaves.jsonl     every leaf of the log up to the checkpoint, one a line: this season's events in canonical text,
                         of every other event its leaf's hash: 64 hex digits in quotes
    log/checkpoint       the signed note over them
    log/verifier         the signer's public key: name+hash+base64
    log/personal.jsonl   {"event": id, "payload": canonical text, "salt": hex}; only in a dossier for the auditor

The root is computed from the hashes of all leaves, so other seasons' events need not leave the house for it. Bundles
of before hold all events in the clear; they are read as well.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from evalflow.audit import note
from evalflow.audit.event import Event, canonical
from evalflow.audit.events import HELD
from evalflow.audit.verify import Leaf, told_events
from evalflow.bundle import boxes
from evalflow.bundle import folder as files
from evalflow.errors import BundleError, LogBroken
from evalflow.workflow.outcome import Outcome, Tables

LEAVES, CHECKPOINT, VERIFIER, PERSONAL = "leaves.jsonl", "checkpoint", "verifier", "personal.jsonl"
_HEX = re.compile("([0-9a-f]{2})*")
_HASH = re.compile('"[0-9a-f]{64}"')


@dataclass(frozen=True)
class Log:
    """leaves: lines of `leaves.jsonl`, from 0. personal: {event id: (salt, canonical text)}, as a rule of no event."""

    leaves: tuple[str, ...]
    checkpoint: str
    verifier: str
    personal: Mapping[str, tuple[bytes, str]] = field(default_factory=lambda: MappingProxyType({}))


def hashed(digest: str) -> str:
    """The line of a leaf that does not leave the house. digest: its hash, hex."""
    return f'"{digest}"'


def texts(log: Log) -> dict[str, str]:
    """{file: text} of the folder `log`."""
    found = {
        f"log/{LEAVES}": "".join(f"{leaf}\n" for leaf in log.leaves),
        f"log/{CHECKPOINT}": log.checkpoint,
        f"log/{VERIFIER}": f"{log.verifier}\n",
    }
    if log.personal:
        lines = [
            canonical({"event": event, "payload": payload, "salt": salt.hex()}).decode()
            for event, (salt, payload) in sorted(log.personal.items())
        ]
        found[f"log/{PERSONAL}"] = "".join(f"{line}\n" for line in lines)
    return found


def read(folder: Path) -> Log:
    """The folder `log` of a bundle. What the files say is not judged here."""
    present = files.check_names(folder / "log", (LEAVES, CHECKPOINT, VERIFIER, PERSONAL), "log")
    return Log(
        tuple(_lines(files.text(folder, f"log/{LEAVES}"))),
        files.text(folder, f"log/{CHECKPOINT}"),
        files.text(folder, f"log/{VERIFIER}").strip(),
        _personal(folder) if PERSONAL in present else {},
    )


def differences(
    log: Log, *, season: str, digest: str, seed: str, outcomes: Mapping[str, Outcome], tables: Mapping[str, Tables]
) -> Iterator[str]:
    """Where the log says otherwise than the bundle, one line each; a log that does not verify says nothing else.

    digest: of the definition. seed: hex, or "" while it is not disclosed. outcomes: as recounted. tables: the evidence.
    """
    try:
        events = _verified(log)
    except LogBroken as broken:
        yield f"log: {broken}"
        return
    own = [event for event in events if event.season == season]
    yield from _creation(own, season, digest, seed)
    settled = {event.stage: _said(event, "outcome_sha256") for event in own if event.type == "stage.settled"}
    for stage, outcome in outcomes.items():
        if stage not in settled:
            yield f"log: stage {stage}: was not settled"
        elif settled[stage] != digest_of(outcome):
            yield f"log: stage {stage}: outcome {settled[stage]} logged, {digest_of(outcome)} recounted"
    for stage in settled.keys() - outcomes.keys():
        yield f"log: stage {stage}: was settled, the bundle holds no outcome of it"
    yield from boxes.differences(own, tables)


def telling_casts(log: Log) -> int:
    """How many casts the log tells with their very moment and in their order, as it did of votes held before."""
    told = (json.loads(line) for line in log.leaves if line.endswith(f'"type":"{HELD}"}}'))
    return sum(not one["at"].endswith("-01-01T00:00:00.000000Z") for one in told)


def digest_of(outcome: Outcome) -> str:
    """SHA-256 of the outcome's canonical JSON, in hex: what the log records when a stage is settled."""
    return hashlib.sha256(canonical(outcome.to_json())).hexdigest()


def _verified(log: Log) -> list[Event]:
    """The events that are told. LogBroken where the leaves are not those that the checkpoint covers."""
    _, events = told_events(
        (_leaf(number, line) for number, line in enumerate(log.leaves)),
        checkpoints=[log.checkpoint],
        key=note.parse_verifier(log.verifier),
        payloads=log.personal,
    )
    return events


def _leaf(number: int, line: str) -> Leaf:
    return Leaf(number, None, line[1:-1]) if _HASH.fullmatch(line) else Leaf(number, line.encode())


def _creation(own: list[Event], season: str, digest: str, seed: str) -> Iterator[str]:
    created = next((event for event in own if event.type == "season.created"), None)
    if created is None:
        yield f"log: season {season}: was not created"
        return
    if _said(created, "digest") != digest:
        yield f"log: season {season}: rules {_said(created, 'digest')} logged, {digest} in the bundle"
    committed = hashlib.sha256(bytes.fromhex(seed)).hexdigest()
    if seed and _said(created, "draw_seed") != committed:
        yield f"log: season {season}: draw_seed is not the one committed to"


def _said(event: Event, name: str) -> object:
    return event.public.get(name, "nothing") if isinstance(event.public, Mapping) else "nothing"


def _lines(text: str) -> list[str]:
    """Without the end of each line; only LF ends one, as an event may hold any other character."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _personal(folder: Path) -> dict[str, tuple[bytes, str]]:
    file = f"log/{PERSONAL}"
    found: dict[str, tuple[bytes, str]] = {}
    for line, text in enumerate(_lines(files.text(folder, file)), 1):
        tree = files.json_object(text, file)
        parts = [str(tree.get(key, "")) for key in ("event", "payload", "salt")]
        event, payload, salt = parts
        if sorted(tree.values(), key=str) != sorted(parts) or event in found or not _HEX.fullmatch(salt):
            raise BundleError(
                file,
                expected="event, payload and salt (hex), each event once",
                found=f"{', '.join(tree) or 'none'}",
                line=line,
            )
        found[event] = (bytes.fromhex(salt), payload)
    return found
