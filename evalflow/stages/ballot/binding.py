"""Public keys bound to the pepper of their box, so that nobody who can only write to the database exchanges one.

To whatever public key stands in a row the program seals shares and votes. So each row keeps a code over its key,
HMAC-SHA256 under the pepper, which is outside of the database: see ADR 0015.
"""

import hmac
import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.audit.event import canonical
from evalflow.audit.models import EventRow, Personal
from evalflow.db import peppers_of
from evalflow.peppers import BINDING_FROM
from evalflow.seasons.models import StageRow
from evalflow.stages.ballot import events
from evalflow.stages.ballot.models import BallotBox, CountSession, Teller

Keyed = Teller | BallotBox | CountSession


def bind(session: Session, row: Keyed) -> None:
    """Give the row the code of its public key; none where the box has no pepper (an open vote, an older version)."""
    pepper = peppers_of(session).find(row.stage_id)
    row.key_mac = _code(pepper, row) if pepper is not None else None


def is_bound(session: Session, row: Keyed) -> bool | None:
    """Whether its public key is the one that the program wrote; None where that can't be told.

    It can't without a pepper, nor of a row without a code where the pepper is as old as the versions that wrote none.
    With a later pepper such a row was changed: its code was taken away.
    """
    pepper = peppers_of(session).find(row.stage_id)
    if pepper is None or (row.key_mac is None and len(pepper) < BINDING_FROM):
        return None
    return row.key_mac is not None and hmac.compare_digest(row.key_mac, _code(pepper, row))


def strangers(session: Session, stage: StageRow, tellers: Sequence[Teller]) -> list[Teller]:
    """Tellers whose keys are not those that they set: by the code, or, where that can't tell, by the log."""
    logged = _logged(session, stage)
    found = []
    for teller in tellers:
        is_own = is_bound(session, teller)
        if is_own is None:
            is_own = logged.get(teller.person_id) == teller.public_key.hex()
        if not is_own:
            found.append(teller)
    return found


def _logged(session: Session, stage: StageRow) -> dict[int, str]:
    """{person: the key that they set last, as the log has it}."""
    query = (
        select(EventRow.leaf, Personal.payload)
        .join(Personal, Personal.event_id == EventRow.id)
        .where(EventRow.season == stage.season.key, EventRow.type == events.KEY_KEPT.name)
        .order_by(EventRow.at)
    )
    told = [(json.loads(leaf), json.loads(payload)) for leaf, payload in session.execute(query)]
    return {payload["person"]: event["public"]["key"] for event, payload in told if event["stage"] == stage.key}


def _code(pepper: bytes, row: Keyed) -> bytes:
    """Of what it is, of which box, of whom, the key; of a box also the paper, whose order says what a mark means."""
    bound = [row.__tablename__, row.stage_id, row.person_id if isinstance(row, Teller) else 0, row.public_key.hex()]
    paper = list(row.paper) if isinstance(row, BallotBox) else []
    return hmac.digest(pepper, b"evalflow/key/v1 " + canonical([*bound, paper]), "sha256")
