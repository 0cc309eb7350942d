"""Worlds of votes, money, people and beginnings to race in, and the list of all worlds."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Role
from evalflow.audit import ledger
from evalflow.audit.signing import Signer
from evalflow.engine import commands as steering
from evalflow.engine import erasing, jobs, starting
from evalflow.funds import commands as funds
from evalflow.funds.commands import Voucher
from evalflow.importing.rows import Preview
from evalflow.kinds import KINDS
from evalflow.people import accounts, feeds, grants, rolls
from evalflow.people.importing import commands as importing
from evalflow.people.importing.preview import NewBranch, NewPerson
from evalflow.people.models import Person, RoleGrant
from evalflow.reminding import commands as reminding
from evalflow.seasons import queries as seasons
from evalflow.seasons import workdays
from evalflow.stages.award import commands as awarding
from evalflow.stages.ballot import casting, tellers
from evalflow.stages.ballot.papers import paper_of
from evalflow.stages.promotion import counting
from evalflow.workflow import reader
from tests.builders import ORGANISER, House
from tests.decided import decided
from tests.declared import SUBMISSION, declared, secretaries
from tests.engine.race_acts import (
    act,
    approval_world,
    closed_world,
    decision_world,
    declaring_world,
    inspection_world,
    meeting_world,
    notice_world,
    scoring_world,
    steered,
    targets_world,
    tracking_world,
)
from tests.engine.racing import Act, Acts, Build, TimePasses
from tests.funds.conftest import CEREMONY, opened, receipt
from tests.sealed import PASSPHRASE, vote_of

GALLERY = """
[[stage]]
key = "gallery"
kind = "promotion"
title = { zh = "展示", en = "Gallery" }
closes = "opening + 5 days"
show = ["slogan"]
"""


def award_world(house: House) -> Acts:
    """The ceremony is open; the fund has money of this year, and last year's books are still open."""
    by = secretaries(house)
    keeper, chair = house.actor("keeper", Role.ORGANISER), house.actor("chair", Role.COMMITTEE_MEMBER)
    season = decided(house, CEREMONY, by=by)
    stage, today = house.open(season, "ceremony"), house.now.date()
    last = today.replace(year=today.year - 1)
    come = house.act(funds.appropriate, voucher("9000", "A-1", today), actor=keeper)
    house.act(funds.appropriate, voucher("700", "A-0", last), actor=keeper)
    again = {"reason": "typed wrongly", "actor": keeper}
    return {
        "hand over": act(awarding.finalise, stage.id, actor=chair),
        "appropriate": act(funds.appropriate, voucher("100", "A-2", today), actor=keeper),
        "appropriate last year": act(funds.appropriate, voucher("100", "A-3", last), actor=keeper),
        "correct": act(funds.correct, come.year, come.number, **again),
        "correct last year": act(funds.correct, last.year, 1, **again),
        "carry over": act(funds.carry_over, last.year, actor=keeper),
        **steered(stage),
    }


def fund_world(house: House) -> Acts:
    """The awards are handed over, branches spend."""
    books = opened(house)
    today, own = house.now.date(), books.secretaries["smelting"]
    spent = books.spend("smelting", "100", "FP-0")
    return {
        "spend": act(funds.spend, "smelting", voucher("9000", "FP-1", today), actor=own),
        "spend more": act(funds.spend, "smelting", voucher("8000", "FP-2", today), actor=own),
        "spend by the same document": act(funds.spend, "smelting", voucher("10", "ＦＰ-1", today), actor=own),
        "another branch spends": act(
            funds.spend, "refining", voucher("10", "FP-3", today), actor=books.secretaries["refining"]
        ),
        "correct": act(funds.correct, spent.year, spent.number, reason="wrong", actor=own),
        "appropriate": act(funds.appropriate, voucher("100", "A-9", today), actor=books.organiser),
        "seal": lambda house, signer: house.act(ledger.seal, signer),
    }


def voucher(amount: str, document: str, day: date) -> Voucher:
    return Voucher(amount, day, "meeting", document, receipt(document))


def promotion_world(house: House) -> Acts:
    """Entries are shown; each look at one is counted."""
    season = declared(house, GALLERY, by=secretaries(house))
    stage, today = house.open(season, "gallery"), house.now.date()
    entry = house.ask(seasons.entry_by_key, season.id, "smelting")

    def look(house: House, _signer: Signer) -> None:
        with house.database.writing() as session:
            counting.count_view(session, stage_id=stage.id, entry_id=entry.id, day=today)

    return {"look at an entry": look, **steered(stage)}


def vote_world(house: House) -> Acts:
    """A sealed vote is open; one member has voted already."""
    vote = vote_of(house)
    vote.keep_keys()
    stage = house.open(vote.season, "vote")
    vote.cast(vote.members[0], "smelting", attempt="a" * 32)

    def cast(member: Actor, chosen: str, attempt: str) -> Act:
        def casts(house: House, _signer: Signer) -> None:
            with house.database.writing() as session:
                paper = paper_of(session, stage.id)
                form = {"attempt": attempt * 32, "actor": member, "clock": house.clock}
                casting.cast(session, paper, frozenset([chosen]), **form)

        return casts

    return {
        "vote again": cast(vote.members[0], "refining", "b"),
        "vote once more": cast(vote.members[0], "smelting", "c"),
        "vote": cast(vote.members[1], "refining", "d"),
        "seal": lambda house, signer: jobs.seal(house.database, signer, now=house.now),
        **steered(stage),
    }


def count_world(house: House) -> Acts:
    """A sealed vote is closed; each teller's share is needed, and the last one counts."""
    vote = vote_of(house)
    vote.keep_keys()
    house.open(vote.season, "vote")
    vote.cast(vote.members[0], "smelting")
    stage = house.close(vote.season, "vote")

    def hand_in(teller: Actor) -> Act:
        def hands_in(house: House, _signer: Signer) -> None:
            tellers.hand_in(house.database, stage.id, PASSPHRASE, actor=teller, clock=house.clock)

        return hands_in

    return {
        "hand a share in": hand_in(vote.tellers[0]),
        "hand another share in": hand_in(vote.tellers[1]),
        "hand the third share in": hand_in(vote.tellers[2]),
        "add a person": act(
            accounts.add_person, "newcomer", "Newcomer", branch_id=house.smelting, actor=house.administrator
        ),
        "cancel": act(steering.cancel_season, stage.id, reason="test", actor=ORGANISER),
        "tick": TimePasses(stage.closes_at),
    }


def beginning_world(house: House) -> Acts:
    """A season in which nobody has acted."""
    season = house.season(SUBMISSION, starts_on=house.now.date() + timedelta(days=3))
    stage = house.stage(season, "declare")
    seen, hand = {"version": season.version}, {"actor": ORGANISER}
    limited = {"season_id": season.id, "actor": house.administrator}
    member, another = house.person("member", Role.MEMBER), reader.read(SUBMISSION, KINDS, file="next.toml")
    return {
        "open": act(steering.open_stage, stage.id, **seen, **hand),
        "found another season": act(steering.create_season, another, key="next", starts_on=season.starts_on, **hand),
        "delete": act(starting.delete, season.id, **seen, **hand),
        "date anew": act(starting.redate, season.id, season.starts_on + timedelta(days=7), **seen, **hand),
        "give a role in it": act(grants.grant, member, Role.COMMITTEE_MEMBER, **limited),
        "move the opening": act(
            steering.reschedule_stage, stage.id, opens_at=house.now + timedelta(days=1), reason="soon", **seen, **hand
        ),
        "cancel": act(steering.cancel_season, stage.id, reason="test", **hand),
        "tick": TimePasses(stage.opens_at),
    }


def people_world(house: House) -> Acts:
    """Somebody with two roles and an invitation, somebody whose account is closed, two administrators."""
    member, away = house.person("member", Role.MEMBER), house.person("away", Role.MEMBER)
    boss = house.actor("boss", Role.ADMINISTRATOR)
    other = house.actor("second", Role.ADMINISTRATOR)
    office = {"actor": boss}
    house.act(accounts.deactivate, away, **office)
    token = house.act(accounts.invite, member, **office)
    given = house.act(grants.grant, member, Role.TELLER, **office).id
    own = house.ask(lambda session: grants.actor_of(session, session.get_one(Person, member)))
    chief = {who.person_id: house.ask(_grant_of, who.person_id, Role.ADMINISTRATOR) for who in (boss, other)}
    plant = NewBranch(2, "casting", "铸造分厂党支部", "", None)
    row = NewPerson(2, "newcomer", "Newcomer", "smelting", (Role.MEMBER,))
    return {
        "add a person": act(accounts.add_person, "newcomer", "Newcomer", branch_id=house.smelting, **office),
        "import people": act(importing.add_people, Preview((row,), (), "0" * 64), **office),
        "give a role": act(grants.grant, member, Role.AUDITOR, **office),
        "take a role": act(grants.withdraw_grant, given, **office),
        "stop being administrator": act(grants.withdraw_grant, chief[boss.person_id], **office),
        "stop another administrator": act(grants.withdraw_grant, chief[other.person_id], **office),
        "invite": act(accounts.invite, member, **office),
        "accept the invitation": lambda house, _signer: house.join(token, PASSPHRASE),
        "close the account": act(accounts.deactivate, member, **office),
        "open an account again": act(accounts.reactivate, away, **office),
        "erase a person": act(erasing.erase, away, **office),
        "weigh": act(rolls.weigh, member, "3", **office),
        "sign out everywhere": act(accounts.revoke_sessions, member, **office),
        "a new calendar": act(feeds.renew, actor=own),
        "no calendar": act(feeds.revoke, actor=own),
        "choose a mailbox": act(reminding.choose_mailbox, "a@example.org", actor=own),
        "state a day": act(workdays.state, house.now.date(), is_working=False, note="", actor=ORGANISER),
        "import branches": act(importing.add_branches, Preview((plant,), (), "0" * 64), **office),
        "seal": lambda house, signer: house.act(ledger.seal, signer),
    }


def _grant_of(session: Session, person_id: int, role: Role) -> int:
    return session.scalars(
        select(RoleGrant.id).where(RoleGrant.person_id == person_id, RoleGrant.role == role.value)
    ).one()


WORLDS: dict[str, Build] = {
    "declarations": declaring_world,
    "score sheets": scoring_world,
    "closed sheets": closed_world,
    "a meeting": meeting_world,
    "a decision": decision_world,
    "approval": approval_world,
    "changed targets": targets_world,
    "progress": tracking_world,
    "an inspection": inspection_world,
    "a notice": notice_world,
    "a ceremony": award_world,
    "the fund": fund_world,
    "a gallery": promotion_world,
    "a vote": vote_world,
    "a count": count_world,
    "a beginning": beginning_world,
    "people": people_world,
}
