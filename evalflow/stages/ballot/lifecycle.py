"""What the engine asks of a ballot: the box at opening, the lock at closing, the evidence after the count."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.audit import holding, ledger
from evalflow.db import entropy_of
from evalflow.errors import Conflict, Refused
from evalflow.kinds import ballot as rules
from evalflow.kinds import marking
from evalflow.kinds.ballot_rules import MAX_ENTRIES
from evalflow.people import rolls
from evalflow.people.models import Branch, Person
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Phase, StageRow
from evalflow.stages.ballot import (
    agreement,
    binding,
    casting,
    commands,
    envelopes,
    events,
    examining,
    queries,
    sealing,
    unopened,
)
from evalflow.stages.ballot.box import CountedBallots, Receipts
from evalflow.stages.ballot.difference_words import sentence
from evalflow.stages.ballot.logged import logged
from evalflow.stages.ballot.models import Ballot, BallotBox, BoxExamination, Elector
from evalflow.workflow.outcome import Tables


def opened(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Freeze the roll, make the key, split it, forget it."""
    options = queries.options_of(stage)
    sealed = options.secrecy == "sealed"
    tellers = queries.tellers(session, stage.id)
    if sealed and len(tellers) < options.tellers.shares:
        raise Conflict("tellers_not_ready", ready=len(tellers), needed=options.tellers.shares)
    strange = binding.strangers(session, stage, tellers) if sealed else []
    if strange:
        names = [session.get_one(Person, teller.person_id).name for teller in strange]
        raise Conflict("teller_key_differs", names=", ".join(names))
    paper = _paper(session, stage)
    entropy = entropy_of(session)
    key = sealing.new_key(entropy)
    committed = _share_out(session, stage, key) if sealed else {}
    roll = _freeze_roll(session, stage, actor=actor, now=now)
    kept = None if sealed else key.private_bytes_raw()
    public_key = sealing.public_bytes(key)
    keys = {"public_key": public_key, "private_key": kept, "form_key": entropy.token(32)}
    box = BallotBox(stage_id=stage.id, **keys, paper=paper, roll_digest=roll)
    binding.bind(session, box)
    session.add(box)
    envelopes.create(session, stage.id)
    session.flush()
    electors, _ = queries.turnout(session, stage.id)
    weighted = {"weights": _weights_shared(session, stage)} if options.weights == "roll" else {}
    fixed = {"public_key": public_key.hex(), "roll_sha256": roll, "electors": electors, "paper": paper}
    return {**fixed, **weighted, **committed}


def _share_out(session: Session, stage: StageRow, key: X25519PrivateKey) -> dict[str, Any]:
    """Give every teller a share of the key; what the log is to commit to."""
    options, tellers = queries.options_of(stage).tellers, queries.tellers(session, stage.id)
    shares = sealing.split(key, needed=options.needed, shares=len(tellers), entropy=entropy_of(session))
    committed = []
    for teller, share in zip(tellers, shares, strict=True):
        info = sealing.share_info(stage.id, teller.person_id)
        teller.share = sealing.seal_share(share, teller.public_key, info, entropy=entropy_of(session))
        commitment = sealing.commitment(stage.id, share)
        committed.append({"key": teller.public_key.hex(), "commitment": commitment})
    return {"shares": committed}


def _paper(session: Session, stage: StageRow) -> list[str]:
    """What is on the paper, the default option last. Conflict: fewer than must be chosen, more than a ballot holds."""
    options = queries.options_of(stage)
    entries = [contender.key for contender in seasons.contenders(session, stage.season_id)]
    if options.form == "names" and len(entries) < options.bounds.minimum:
        raise Conflict("too_few_entries", needed=options.bounds.minimum, found=len(entries))
    paper = rules.paper_of(entries, options)
    if paper.is_too_long:
        raise Conflict("paper_too_long", most=MAX_ENTRIES, found=len(paper.entries))
    return list(paper.entries)


def _freeze_roll(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> str:
    """Copy today's members as this ballot's electors; SHA-256, hex, of the lines "person,branch,weight".

    The log commits to every line, so that the one can be named that somebody changes.
    """
    members = sorted(rolls.members(session, season_id=stage.season_id))
    if not members:
        raise Conflict("roll_empty")
    if queries.options_of(stage).weights == "equal":
        members = [member._replace(weight=1) for member in members]
    session.execute(
        insert(Elector),
        [
            {"stage_id": stage.id, "person_id": person, "branch_id": branch, "weight": weight}
            for person, branch, weight in members
        ],
    )
    public, personal = {"electors": len(members)}, {"roll": [list(member) for member in members]}
    place = {"season": stage.season.key, "stage": stage.key}
    ledger.append(session, events.ROLL_FIXED, actor=actor, now=now, **place, public=public, personal=personal)
    return agreement.roll_digest(members)


def _weights_shared(session: Session, stage: StageRow) -> dict[str, int]:
    """{weight: electors} of the frozen roll. Conflict where a ballot's weight would nearly tell whose it is.

    Of a roll where all have one weight it tells nothing, however few they are.
    """
    found, options = queries.electors_by_weight(session, stage.id), queries.options_of(stage)
    rare = [weight for weight, electors in found.items() if electors < options.small_branch]
    if options.secrecy == "sealed" and rare and len(found) > 1:
        raise Conflict("weights_shared_by_few", weights=", ".join(map(str, rare)), needed=options.small_branch)
    return {str(weight): electors for weight, electors in found.items()}


def missing(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    """Nobody has to vote; closing early wants a reason, which the engine asks for."""
    return ()


def closed(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """Wait for casts under way, so that none is lost. An open vote has no tellers to wait for: it is counted."""
    casting.wait_for_all(session, stage.id)
    holding.release(session, season=stage.season.key, stage=stage.key)  # of those that were waited for, too
    session.execute(delete(BoxExamination).where(BoxExamination.stage_id == stage.id))  # of a closing before this one
    commands.count_if_ready(session, stage, now=now)


def unsettled(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    box = queries.box_of(session, stage.id)
    if box is not None and box.is_counted:
        return ()
    if examining.is_stopped(session, stage.id):
        return (Conflict("box_differs"),)
    handed_in = sum(teller.has_handed_in for teller in queries.tellers(session, stage.id))
    return (Conflict("awaiting_tellers", handed_in=handed_in, needed=queries.options_of(stage).tellers.needed),)


def evidence(session: Session, stage: StageRow) -> Tables:
    """The ballots as counted and the roll by branch; nothing before the count."""
    box = queries.box_of(session, stage.id)
    if box is None or not box.is_counted:
        return {}
    options = queries.options_of(stage)
    ballots = CountedBallots(session, stage.id, marking.Paper(tuple(box.paper), options))
    roll = _coarsened(list(_roll_by_branch(session, stage.id)), small=options.small_branch)
    voters = {"voters": list(_voters(session, stage.id))} if options.secrecy == "named" else {}
    weights = {"weights": _weights(session, stage.id)} if options.weights == "roll" else {}
    return {"ballots": ballots, "roll": roll, **voters, **weights, "box": Receipts(session, stage.id)}


def _weights(session: Session, stage_id: int) -> list[dict[str, str]]:
    found = queries.electors_by_weight(session, stage_id)
    return [{"weight": str(weight), "electors": str(electors)} for weight, electors in found.items()]


def _voters(session: Session, stage_id: int) -> Iterator[dict[str, str]]:
    """From which branch each ballot of an open vote came, as of the roll."""
    elector = (Elector.stage_id == Ballot.stage_id) & (Elector.person_id == Ballot.person_id)
    query = (
        select(Ballot.id, Branch.key)
        .join(Elector, elector)
        .join(Branch, Branch.id == Elector.branch_id, isouter=True)
        .where(Ballot.stage_id == stage_id)
        .order_by(Ballot.id)
    )
    for ballot, branch in session.execute(query):
        yield {"ballot": ballot, "branch": branch or ""}


def _roll_by_branch(session: Session, stage_id: int) -> Iterator[dict[str, str]]:
    marked = queries.marks(session, stage_id)
    query = (
        select(Branch.key, func.count(), func.count(marked.c.person_id))
        .select_from(Elector)
        .join(Branch, Branch.id == Elector.branch_id, isouter=True)
        .join(marked, marked.c.person_id == Elector.person_id, isouter=True)
        .where(Elector.stage_id == stage_id)
        .group_by(Branch.key)
        .order_by(Branch.key)
    )
    for branch, electors, voted in session.execute(query):
        yield {"branch": branch or "", "electors": str(electors), "voted": str(voted)}


def _coarsened(rows: list[dict[str, str]], *, small: int) -> list[dict[str, str]]:
    """The roll as outsiders may have it: small branches in one line; all in one where that line itself were small."""
    rest = [row for row in rows if not row["branch"] or int(row["electors"]) < small]
    if sum(int(row["electors"]) for row in rest) < small and rest:
        rest = rows
    sums = {name: str(sum(int(row[name]) for row in rest)) for name in ("electors", "voted")}
    shown = [row for row in rows if row not in rest]
    return [*shown, {"branch": "", **sums}] if rest else shown


def faults(session: Session, stage: StageRow) -> list[str]:
    """Whoever has voted is on the roll; ballots = marks after the count, none before; the envelopes go with it."""
    return [*unopened.faults(session, stage), *_box_faults(session, stage)]


def _box_faults(session: Session, stage: StageRow) -> list[str]:
    box = queries.box_of(session, stage.id)
    if box is None:
        began = stage.phase in ("open", "closed", "done")
        is_away = stage.season.cancelled_at is not None and bool(unopened.of_stage(session, stage.id))
        return ["it is open but has no box"] if began and not is_away else []
    stand = envelopes.stand(session, stage.id)
    if stand == box.is_counted:
        return ["its envelopes still stand after the count" if stand else "its envelopes are gone before the count"]
    found = _unlike_the_log(session, stage, box)
    marked = queries.marks(session, stage.id)
    on_roll = (Elector.stage_id == stage.id) & (Elector.person_id == marked.c.person_id)
    strangers = select(func.count()).select_from(marked).outerjoin(Elector, on_roll).where(Elector.person_id.is_(None))
    off_roll = session.scalars(strangers).one()
    if off_roll:
        found.append(f"{off_roll} envelopes of people who are not on the roll")
    marks = queries.turnout(session, stage.id)[1]
    ballots = session.scalars(select(func.count()).where(Ballot.stage_id == stage.id)).one()
    if box.is_counted and _votes_counted(session, stage.id) != _votes_cast(session, stage.id):
        found.append("the ballots do not have the weights that their voters have on the roll")
    if box.is_counted and ballots != marks:
        found.append(f"{marks} people have voted, {ballots} ballots were counted")
    if not box.is_counted and ballots:
        found.append(f"{ballots} ballots stand in the clear before the count")
    return found


def _unlike_the_log(session: Session, stage: StageRow, box: BallotBox) -> list[str]:
    """Every difference between the rows and the log but those that two persons have decided to count with."""
    before = logged(session, stage)
    if box.is_counted:
        found = agreement.of_count(session, stage, before)
    else:
        running = stage.phase == Phase.OPEN
        found = agreement.of_box(session, stage, before, (lambda: logged(session, stage)) if running else None)
    examination = session.get(BoxExamination, stage.id)
    known = examination.differences if examination else []
    if before.disputed is None or before.disputed["differences_sha256"] != agreement.digest_of(known):
        known = []
    return [sentence(one.to_json()) for one in found if one.to_json() not in known]


def _votes_counted(session: Session, stage_id: int) -> dict[int, int]:
    """{weight: ballots}."""
    query = select(Ballot.votes, func.count()).where(Ballot.stage_id == stage_id).group_by(Ballot.votes)
    return dict(session.execute(query).all())


def _votes_cast(session: Session, stage_id: int) -> dict[int, int]:
    """{weight: envelopes}."""
    marked = queries.marks(session, stage_id)
    query = (
        select(Elector.weight, func.count())
        .join(marked, marked.c.person_id == Elector.person_id)
        .where(Elector.stage_id == stage_id)
        .group_by(Elector.weight)
    )
    return dict(session.execute(query).all())
