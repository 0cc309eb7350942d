"""Holding the receipts of a vote against the log: what was cast and not replaced is what was in the box.

That the ballots are what was in the envelopes can't be recounted: the key that opened them is gone, on purpose.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from evalflow.audit.event import Event
from evalflow.workflow.outcome import Tables

FILE = "box.csv"


def differences(events: Sequence[Event], tables: Mapping[str, Tables]) -> Iterator[str]:
    """One line each. events: of the season, in order. Votes counted before the log had a digest of the box are let be.

    A vote that could not be opened has no file: what was cast until then is what was destroyed.

    tables: {stage: its evidence}, of the stages in the bundle.
    """
    for number, counted in enumerate(events):
        if counted.type == "ballot.counted" and "box_sha256" in counted.public and counted.stage in tables:
            own = [event for event in events if event.stage == counted.stage]
            receipts = [row["receipt"] for row in tables[counted.stage].get("box", ())]
            for difference in _differences(own, counted, receipts):
                yield f"log: stage {counted.stage}: {FILE}: {difference}"
        elif counted.type == "ballot.unopenable" and not counted.public["differences"]:
            before = [event for event in events[:number] if event.stage == counted.stage]
            found = _digest(_cast(before))
            if found != counted.public["receipts_sha256"]:
                yield f"log: stage {counted.stage}: {counted.public['receipts_sha256']} destroyed, {found} cast"


def _differences(events: Sequence[Event], counted: Event, receipts: Sequence[str]) -> Iterator[str]:
    if len(set(receipts)) < len(receipts):
        yield "a receipt stands twice"
    found = _digest(receipts)
    if found != counted.public["box_sha256"]:
        yield f"{counted.public['box_sha256']} logged, {found} in the bundle"
    if counted.public.get("differences"):
        return  # two persons have decided to count a box that differs; the log lists how
    standing = _standing(events)
    for receipt in sorted(set(receipts) - standing):
        yield f"{receipt} was not cast, or was replaced"
    for receipt in sorted(standing - set(receipts)):
        yield f"{receipt} was cast and is not in the box"


def _digest(receipts: Iterable[str]) -> str:
    lines = "".join(f"{receipt}\n" for receipt in sorted(receipts))
    return hashlib.sha256(lines.encode()).hexdigest()


def _standing(events: Sequence[Event]) -> set[str]:
    """Receipts of the envelopes cast since the vote was opened last, less those replaced, in whatever order."""
    cast = _cast(events)
    return cast.keys() - set(cast.values())


def _cast(events: Sequence[Event]) -> dict[str, str]:
    """{receipt: the one whose place it took} of all that was cast since the vote was opened last."""
    cast: dict[str, str] = {}
    for event in events:
        if event.type == "stage.opened":
            cast = {}
        elif event.type == "ballot.cast":
            cast[str(event.public["envelope"])] = str(event.public["replaces"])
    return cast
