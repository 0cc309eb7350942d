"""A box that differs from the log is not opened: what somebody with the whole database may change, and how it is named.

Every test breaks one promise in the rows, as whoever keeps the database could, and leaves the log alone.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from evalflow.access import Role
from evalflow.audit.signing import Signer
from evalflow.bundle import recount
from evalflow.bundle.format import Bundle
from evalflow.engine import bundles, doctor, jobs
from evalflow.entropy import SystemEntropy
from evalflow.errors import Conflict, Invalid
from evalflow.people import rolls
from evalflow.seasons import queries as seasons
from evalflow.stages.ballot import agreement, disputes, envelopes, sealing
from evalflow.stages.ballot.logged import logged
from evalflow.stages.ballot.models import Ballot, BallotBox, BoxExamination, Elector, Mark
from evalflow.stages.ballot.papers import paper_of
from tests.builders import House
from tests.sealed import VOTE, Vote, vote_of
from tests.visitors import Visitor

pytestmark = pytest.mark.breaks_the_database

WEIGHTED = VOTE.replace("small_branch = 3", "small_branch = 2") + 'weights = "roll"\n'
BALLOT = "/s/test-2026/vote/ballot/"
SignIn = Callable[[int | None], Visitor]
FORGED = b"\1" * sealing.ENVELOPE_BYTES


@pytest.fixture(params=["sealed", "named"])
def vote(request: pytest.FixtureRequest, house: House) -> Vote:
    """Open, by weights; the first member has voted twice, the second once, the third once. Receipts: `receipts`."""
    found = vote_of(house, f'{WEIGHTED}secrecy = "{request.param}"\n')
    for member, weight in zip(found.members, (3, 3, 1, 1, 1), strict=True):
        house.act(rolls.weigh, member.person_id, str(weight), actor=house.administrator)
    if request.param == "sealed":
        found.keep_keys()
    house.open(found.season, "vote")
    return found


@pytest.fixture
def receipts(vote: Vote) -> list[str]:
    """Of the envelope that was replaced, and of the three that are in the box."""
    cast = [(0, "smelting"), (0, "refining"), (1, "smelting"), (2, "refining")]
    return [vote.cast(vote.members[member], chosen) for member, chosen in cast]


def change(vote: Vote, act: Callable[[Session, Any], object]) -> None:
    """What somebody does beside the program."""
    with vote.house.database.writing() as session:
        act(session, envelopes.table_of(vote.stage.id))


def count(vote: Vote) -> list[dict[str, Any]]:
    """Close, and let as many tellers come as are needed; what the examination found."""
    vote.house.close(vote.season, "vote")
    if 'secrecy":"sealed"' in vote.season.definition:
        [vote.hand_in(teller) for teller in vote.tellers[:2]]
    found = vote.house.ask(lambda session: session.get(BoxExamination, vote.stage.id))
    assert found is not None
    differences: list[dict[str, Any]] = found.differences
    return differences


def assert_stopped(vote: Vote, *expected: tuple[str, dict[str, Any]]) -> None:
    """Nothing is opened, every difference is named, and the outcome waits."""
    assert [(one["code"], one["facts"]) for one in count(vote)] == list(expected)
    assert (vote.ballots(), vote.stage.phase) == ([], "closed")
    with pytest.raises(Conflict, match="box_differs"):
        vote.house.settle(vote.season, "vote")
    assert vote.house.log("ballot.counted") == []


def forged(vote: Vote, member: int, number: int) -> tuple[bytes, str]:
    """An envelope that anybody can seal who knows the box's public key, with its receipt."""
    paper = vote.house.ask(paper_of, vote.stage.id)
    info = sealing.info_of(vote.stage.id, vote.members[member].person_id or 0)
    sealed = sealing.seal(number, paper.public_key, info, form="0" * 32, form_key=paper.form_key)
    return sealed, sealing.receipt(sealed, info)


def test_a_box_that_nobody_touched_is_opened_and_the_log_says_what_was_compared(
    vote: Vote, receipts: list[str], signer: Signer
) -> None:
    assert count(vote) == []
    [(_, _, told, _)] = vote.house.log("ballot.counted")
    assert (told["envelopes"], told["differences"], len(vote.ballots())) == (3, 0, 3)
    before = [event[0] for event in vote.house.log()].index("ballot.counted")
    assert len(receipts) < told["log_size"] <= before + 1
    vote.house.settle(vote.season, "vote")
    assert vote.house.ask(doctor.faults, signer) == []


def test_a_count_without_a_signer_of_the_log_is_refused_and_opens_nothing(vote: Vote, receipts: list[str]) -> None:
    del vote.house.database.kept["signer"]
    with pytest.raises(RuntimeError, match="nobody entrusted this database with a signer"):
        count(vote)
    assert (vote.ballots(), vote.house.log("ballot.counted")) == ([], [])
    assert vote.house.ask(envelopes.stand, vote.stage.id)


def test_an_envelope_that_was_overwritten_is_named_by_its_receipt(vote: Vote, receipts: list[str]) -> None:
    sealed, _ = forged(vote, 1, 0b10)
    target = update(envelopes.table_of(vote.stage.id)).values(sealed=sealed)
    change(vote, lambda session, box: session.execute(target.where(box.c.receipt == receipts[2])))
    assert_stopped(vote, ("envelope_changed", {"receipt": receipts[2]}))


def test_an_envelope_that_was_overwritten_together_with_its_receipt_is_unknown_to_the_log(
    vote: Vote, receipts: list[str]
) -> None:
    sealed, receipt = forged(vote, 1, 0b10)
    new = {"sealed": sealed, "receipt": receipt}
    change(vote, lambda session, box: session.execute(update(box).where(box.c.receipt == receipts[2]).values(**new)))
    assert_stopped(vote, ("envelope_unknown", {"receipt": receipt}), ("envelope_missing", {"receipt": receipts[2]}))


def test_two_envelopes_that_changed_their_voters_are_both_named(vote: Vote, receipts: list[str]) -> None:
    """The set of receipts is the same as before: only that whose it is belongs to a receipt tells."""

    def swap(session: Session, box: Any) -> None:
        first, second, aside = vote.members[1].person_id, vote.members[2].person_id, -1
        for old, new in ((first, aside), (second, first), (aside, second)):
            session.execute(update(box).where(box.c.person_id == old).values(person_id=new))

    change(vote, swap)
    expected = [("envelope_changed", {"receipt": receipt}) for receipt in sorted(receipts[2:])]
    assert_stopped(vote, *expected)


def test_an_envelope_that_was_taken_out_is_missed(vote: Vote, receipts: list[str]) -> None:
    change(vote, lambda session, box: session.execute(delete(box).where(box.c.receipt == receipts[3])))
    assert_stopped(vote, ("envelope_missing", {"receipt": receipts[3]}))


def test_an_envelope_put_in_for_somebody_who_did_not_vote_is_unknown_to_the_log(
    vote: Vote, receipts: list[str]
) -> None:
    sealed, receipt = forged(vote, 4, 0b01)
    row = {"person_id": vote.members[4].person_id, "receipt": receipt, "sealed": sealed, "superseded": ""}
    change(vote, lambda session, box: session.execute(insert(box).values(row)))
    assert_stopped(vote, ("envelope_unknown", {"receipt": receipt}))


def test_an_envelope_put_in_for_somebody_who_is_not_on_the_roll_is_named(vote: Vote, receipts: list[str]) -> None:
    info = sealing.info_of(vote.stage.id, 999)
    receipt = sealing.receipt(FORGED, info)
    row = {"person_id": 999, "receipt": receipt, "sealed": FORGED, "superseded": ""}
    change(vote, lambda session, box: session.execute(insert(box).values(row)))
    assert_stopped(vote, ("envelope_off_roll", {"receipt": receipt}), ("envelope_unknown", {"receipt": receipt}))


def test_an_earlier_vote_put_back_in_the_place_of_a_later_one_is_named(vote: Vote, house: House) -> None:
    member = vote.members[0]
    first = vote.cast(member, "smelting")
    [kept] = vote.envelopes()
    second = vote.cast(member, "refining")
    old = {"sealed": kept.sealed, "receipt": kept.receipt}
    change(vote, lambda session, box: session.execute(update(box).where(box.c.receipt == second).values(**old)))
    assert_stopped(vote, ("envelope_replaced", {"receipt": first}), ("envelope_missing", {"receipt": second}))


def test_a_changed_weight_is_named_by_its_line_of_the_roll(vote: Vote, receipts: list[str]) -> None:
    person = Elector.person_id == vote.members[2].person_id
    change(vote, lambda session, box: session.execute(update(Elector).where(person).values(weight=900)))
    assert_stopped(vote, ("weight_changed", {"line": 3, "was": 1, "now": 900}))


def test_whoever_was_taken_off_the_roll_or_added_to_it_is_noticed(vote: Vote, receipts: list[str]) -> None:
    person = Elector.person_id == vote.members[4].person_id
    change(vote, lambda session, box: session.execute(update(Elector).where(person).values(person_id=999)))
    assert_stopped(vote, ("roll_line_removed", {"line": 5}), ("roll_lines_added", {"number": 1}))


def test_a_roll_and_its_digest_changed_together_are_compared_with_the_log(vote: Vote, receipts: list[str]) -> None:
    """The digest beside the box is nothing to rely on: whoever changes the roll changes it too."""

    def both(session: Session, box: Any) -> None:
        session.execute(update(Elector).where(Elector.weight == 1).values(weight=2))
        session.execute(update(BallotBox).values(roll_digest="0" * 64))

    change(vote, both)
    assert_stopped(vote, *[("weight_changed", {"line": line, "was": 1, "now": 2}) for line in (3, 4, 5)])


def test_another_public_key_is_noticed_and_from_then_on_nobody_seals_to_it(vote: Vote, receipts: list[str]) -> None:
    other = sealing.public_bytes(sealing.new_key(SystemEntropy()))
    change(vote, lambda session, box: session.execute(update(BallotBox).values(public_key=other)))
    vote.house.database.kept.pop("papers")  # another process, or after a restart
    with pytest.raises(Conflict, match="box_differs"):
        vote.cast(vote.members[4], "smelting")
    assert _found(vote) == [("key_differs", {})]


def _found(vote: Vote) -> list[tuple[str, Any]]:
    """As the doctor looks, without opening anything."""

    def look(session: Session) -> list[tuple[str, Any]]:
        stage = session.merge(vote.stage)
        return [(one.code, one.facts) for one in agreement.of_box(session, stage, logged(session, stage))]

    found: list[tuple[str, Any]] = vote.house.ask(look)
    return found


def test_another_order_on_the_paper_by_which_votes_would_change_their_entries_is_noticed(
    vote: Vote, receipts: list[str]
) -> None:
    change(vote, lambda session, box: session.execute(update(BallotBox).values(paper=["refining", "smelting"])))
    assert_stopped(vote, ("paper_differs", {}))


@pytest.mark.parametrize(
    ("tamper", "complaint"),
    [
        (update(Mark).where(Mark.person_id == 3).values(person_id=999), "The marks of who has voted are not those"),
        (delete(Mark), "is in the log, but it is not in the box"),
        (update(Mark).values(receipt="0" * 64), "The log knows of no vote with the receipt 0000"),
        (update(Ballot).values(mask=1), "The ballots are not those that the count wrote down"),
        (update(Elector).values(weight=5), "The weight of line 1 of the roll is 5; when the vote opened it was 3"),
    ],
    ids=["mark moved", "marks deleted", "receipts exchanged", "ballots changed", "weights changed"],
)
def test_after_the_count_the_doctor_still_compares_everything_with_the_log(
    vote: Vote, receipts: list[str], signer: Signer, tamper: Any, complaint: str
) -> None:
    assert count(vote) == []
    assert vote.house.ask(doctor.faults, signer) == []
    change(vote, lambda session, box: session.execute(tamper))
    assert [fault for fault in vote.house.ask(doctor.faults, signer) if complaint in fault] != []


def test_in_an_open_vote_also_whose_ballot_it_is_can_not_be_changed_after_the_count(
    house: House, signer: Signer
) -> None:
    vote = vote_of(house, VOTE + 'secrecy = "named"\n')
    house.open(vote.season, "vote")
    vote.cast(vote.members[0], "smelting")
    house.close(vote.season, "vote")
    house.act(lambda session, now: session.execute(update(Ballot).values(person_id=vote.members[1].person_id)))
    assert [one for one in house.ask(doctor.faults, signer) if "The ballots are not those" in one] != []


@pytest.fixture
def people(house: House) -> dict[str, Any]:
    return {"organiser": house.actor("organiser", Role.ORGANISER), "auditor": house.actor("auditor", Role.AUDITOR)}


@pytest.fixture
def stopped(vote: Vote, receipts: list[str]) -> Vote:
    """One envelope was taken out; the count has stopped."""
    change(vote, lambda session, box: session.execute(delete(box).where(box.c.receipt == receipts[3])))
    count(vote)
    return vote


def seen(vote: Vote) -> str:
    found = vote.house.ask(lambda session: session.get(BoxExamination, vote.stage.id))
    assert found is not None
    return agreement.digest_of(found.differences)


def test_the_organiser_states_why_to_go_on_the_auditor_confirms_and_the_log_lists_the_differences(
    stopped: Vote, receipts: list[str], people: dict[str, Any], signer: Signer
) -> None:
    house, stage = stopped.house, stopped.stage.id
    house.act(disputes.state, stage, "The voter took the vote back in writing.", actor=people["organiser"])
    assert stopped.ballots() == []
    house.act(disputes.confirm, stage, seen(stopped), actor=people["auditor"])
    [(_, office, told, _)] = house.log("ballot.box_disputed")
    assert (office, told["reason"], told["listed"]) == (
        "auditor",
        "The voter took the vote back in writing.",
        [{"code": "envelope_missing", "facts": {"receipt": receipts[3]}}],
    )
    assert len(stopped.ballots()) == 2
    house.settle(stopped.season, "vote")
    assert house.ask(doctor.faults, signer) == []


def test_one_person_alone_can_not_decide_to_go_on(stopped: Vote, house: House, people: dict[str, Any]) -> None:
    both, stage = house.actor("both", Role.ORGANISER, Role.AUDITOR), stopped.stage.id
    with pytest.raises(Conflict, match="no_statement"):
        house.act(disputes.confirm, stage, seen(stopped), actor=people["auditor"])
    with pytest.raises(Invalid, match="reason_needed"):
        house.act(disputes.state, stage, " ", actor=both)
    house.act(disputes.state, stage, "We go on.", actor=both)
    with pytest.raises(Conflict, match="two_persons_needed"):
        house.act(disputes.confirm, stage, seen(stopped), actor=both)
    assert stopped.ballots() == []


def test_what_was_changed_after_the_statement_is_not_covered_by_it(
    stopped: Vote, receipts: list[str], people: dict[str, Any]
) -> None:
    house, stage = stopped.house, stopped.stage.id
    house.act(disputes.state, stage, "We go on.", actor=people["organiser"])
    change(stopped, lambda session, box: session.execute(delete(box)))
    with pytest.raises(Conflict, match="changed_meanwhile"):
        house.act(disputes.confirm, stage, seen(stopped), actor=people["auditor"])
    assert stopped.ballots() == []


def test_a_box_that_was_put_right_is_counted_when_it_is_compared_again(
    vote: Vote, receipts: list[str], people: dict[str, Any], signer: Signer
) -> None:
    box = envelopes.table_of(vote.stage.id)
    kept = vote.house.ask(lambda session: session.execute(select(box).where(box.c.receipt == receipts[3])).one())
    change(vote, lambda session, box: session.execute(delete(box).where(box.c.receipt == receipts[3])))
    assert_stopped(vote, ("envelope_missing", {"receipt": receipts[3]}))
    with pytest.raises(Conflict, match="count_not_stopped"):
        vote.house.act(disputes.compare_again, 1, actor=people["organiser"])
    change(vote, lambda session, box: session.execute(insert(box).values(dict(kept._mapping))))
    vote.house.act(disputes.compare_again, vote.stage.id, actor=people["organiser"])
    assert len(vote.ballots()) == 3
    assert vote.house.ask(doctor.faults, signer) == []


def test_the_bundle_carries_the_sorted_receipts_and_a_recount_holds_them_against_the_log(
    vote: Vote, receipts: list[str], signer: Signer
) -> None:
    count(vote)
    vote.house.settle(vote.season, "vote")
    jobs.seal(vote.house.database, signer, now=vote.house.now)

    def exported(session: Session) -> Bundle:
        return bundles.export(session, seasons.season_by_key(session, vote.season.key), signer)

    told: Bundle = vote.house.ask(lambda session: _read_out(exported(session)))
    assert [row["receipt"] for row in told.tables["vote"]["box"]] == sorted(receipts[1:])
    assert recount.recount(told).differences == ()
    one, two, three = sorted(receipts[1:])
    for rows, complaints in (
        ([one, two], [f"{three} was cast and is not in the box"]),
        ([one, two, two], ["a receipt stands twice", f"{three} was cast and is not in the box"]),
        ([one, two, three, receipts[0]], [f"{receipts[0]} was not cast, or was replaced"]),
    ):
        tables = {**told.tables, "vote": {**told.tables["vote"], "box": [{"receipt": receipt} for receipt in rows]}}
        found = recount.recount(replace(told, tables=tables)).differences
        assert [line for line in found if "logged" not in line] == [
            f"log: stage vote: box.csv: {complaint}" for complaint in complaints
        ]


def _read_out(bundle: Bundle) -> Bundle:
    """Its rows fetched while the session lasts."""
    tables = {stage: {name: list(rows) for name, rows in found.items()} for stage, found in bundle.tables.items()}
    return replace(bundle, tables=tables)


def test_pages_say_what_was_compared_and_when(vote: Vote, receipts: list[str], signed_in: SignIn) -> None:
    visitor = signed_in(vote.members[1].person_id)
    assert "凡有不一致，计票即停止" in visitor.get(f"{BALLOT}receipt?envelope={receipts[2]}").text
    count(vote)
    page = visitor.get(f"{BALLOT}receipt?envelope={receipts[2]}").text
    assert "以及全部3张选票与其回执。全部一致" in page


def test_a_stopped_count_is_a_task_of_the_organiser_and_goes_on_through_the_pages(
    stopped: Vote, receipts: list[str], people: dict[str, Any], signed_in: SignIn
) -> None:
    organiser, auditor = signed_in(people["organiser"].person_id), signed_in(people["auditor"].person_id)
    assert "票箱与日志不一致：请决定如何处理" in organiser.get("/").text
    assert f"日志中有回执为“{receipts[3]}”的投票" in organiser.get(BALLOT + "box").text
    for bad in ("", "x" * 501):
        assert organiser.post(BALLOT + "box/statement", reason=bad).status_code == 422
    assert organiser.post(BALLOT + "box/statement", reason="已查明原因。").status_code == 302
    assert organiser.post(BALLOT + "box/confirm", seen=seen(stopped)).status_code == 403
    assert "是否确认" in auditor.get("/").text
    assert "已查明原因。" in auditor.get(BALLOT + "box").text
    assert auditor.post(BALLOT + "box/confirm", seen="0" * 64).status_code == 409
    assert auditor.post(BALLOT + "box/confirm", seen=seen(stopped)).status_code == 302
    assert (len(stopped.ballots()), stopped.stage.phase) == (2, "done")
    told = organiser.get(f"{BALLOT}receipt").text
    assert "经纪检监督确认，选票予以计票" in told and "已查明原因。" in told and receipts[3] in told
    assert "经纪检监督确认，选票予以计票" in organiser.get("/s/test-2026/results").text


def test_whose_line_of_the_roll_was_changed_is_shown_to_the_organiser_only(
    vote: Vote, receipts: list[str], people: dict[str, Any], signed_in: SignIn
) -> None:
    person = Elector.person_id == vote.members[2].person_id
    change(vote, lambda session, box: session.execute(update(Elector).where(person).values(weight=900)))
    count(vote)
    line = "名册第3行现计900票，投票开启时为1票。"
    assert f"{line} (Member-2)" in signed_in(people["organiser"].person_id).get(BALLOT + "box").text
    public = signed_in(vote.members[0].person_id).get(BALLOT + "receipt").text
    assert line in public and "Member-2" not in public
