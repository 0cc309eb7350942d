"""Who is shown a file, and how it is served."""

from collections.abc import Callable

import pytest

from evalflow.access import Actor, Role
from evalflow.files.content import cleaned_file
from evalflow.seasons.models import Entry
from tests.stages.submission.conftest import GOOD, Desk, picture
from tests.visitors import Visitor

SignedIn = Callable[[int], Visitor]


@pytest.fixture
def entry(desk: Desk) -> Entry:
    """An entry whose draft holds a cover and a document."""
    found = desk.begin()
    uploads = {"cover": [picture("封面.jpg")], "papers": [cleaned_file("台账.csv", "月份,完成".encode())]}
    desk.save(found, uploads=uploads)
    return found


@pytest.fixture
def auditor(desk: Desk) -> Actor:
    return desk.house.actor("auditor", Role.AUDITOR)


def numbers(desk: Desk, entry: Entry) -> tuple[int, int]:
    """(the cover's, the document's)."""
    draft = desk.draft(entry)
    answers = draft.answers if draft else desk.now(entry).answers
    return answers["cover"][0], answers["papers"][0]


def hand_in(desk: Desk, entry: Entry) -> None:
    cover, papers = numbers(desk, entry)
    desk.submit(entry, {**GOOD, "cover": [cover], "papers": [papers]})


def statuses(visitor: Visitor, desk: Desk, entry: Entry) -> tuple[int, ...]:
    return tuple(visitor.client.get(f"/files/{number}").status_code for number in numbers(desk, entry))


def seen_by(
    desk: Desk, entry: Entry, visitor: Visitor, signed_in: SignedIn, auditor: Actor
) -> dict[str, tuple[int, ...]]:
    people = {"own": desk.secretary, "other": desk.other, "organiser": desk.organiser, "auditor": auditor}
    found = {name: statuses(signed_in(actor.person_id or 0), desk, entry) for name, actor in people.items()}
    return {**found, "visitor": statuses(visitor, desk, entry)}


def test_a_draft_s_files_are_its_branch_s_own(
    desk: Desk, entry: Entry, visitor: Visitor, signed_in: SignedIn, auditor: Actor
) -> None:
    hidden = dict.fromkeys(("other", "organiser", "auditor", "visitor"), (404, 404))
    assert seen_by(desk, entry, visitor, signed_in, auditor) == {"own": (200, 200), **hidden}


def test_handed_in_they_are_shown_to_the_organiser_and_to_readers_of_the_dossier(
    desk: Desk, entry: Entry, visitor: Visitor, signed_in: SignedIn, auditor: Actor
) -> None:
    hand_in(desk, entry)
    shown = dict.fromkeys(("own", "organiser", "auditor"), (200, 200))
    hidden = dict.fromkeys(("other", "visitor"), (404, 404))
    assert seen_by(desk, entry, visitor, signed_in, auditor) == shown | hidden


def test_once_promoted_everybody_sees_what_the_promotion_shows_and_nothing_else(
    desk: Desk, entry: Entry, visitor: Visitor, signed_in: SignedIn, auditor: Actor
) -> None:
    hand_in(desk, entry)
    desk.review("accept", entry)
    desk.house.close(desk.season, "declaration")
    desk.house.settle(desk.season, "declaration")
    assert statuses(visitor, desk, entry) == (404, 404)
    desk.house.open(desk.season, "gallery")
    shown = dict.fromkeys(("own", "organiser", "auditor"), (200, 200))
    cover_only = dict.fromkeys(("other", "visitor"), (200, 404))
    assert seen_by(desk, entry, visitor, signed_in, auditor) == shown | cover_only


def test_a_picture_is_shown_and_a_document_is_saved_and_neither_can_run(
    desk: Desk, entry: Entry, signed_in: SignedIn
) -> None:
    own = signed_in(desk.secretary.person_id or 0).client
    cover, papers = (own.get(f"/files/{number}") for number in numbers(desk, entry))
    assert cover.headers["Content-Disposition"].startswith("inline")
    assert papers.headers["Content-Disposition"].startswith("attachment")
    assert "filename*=UTF-8''%E5%8F%B0%E8%B4%A6.csv" in papers.headers["Content-Disposition"]
    assert (cover.content_type, papers.content_type) == ("image/jpeg", "text/csv; charset=utf-8")
    for answer in (cover, papers):
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_small_variant_of_a_picture_is_smaller_and_has_a_tag_of_its_own(
    desk: Desk, entry: Entry, signed_in: SignedIn
) -> None:
    own, number = signed_in(desk.secretary.person_id or 0).client, numbers(desk, entry)[0]
    whole, small = own.get(f"/files/{number}"), own.get(f"/files/{number}?size=small")
    assert len(small.data) < len(whole.data) and small.headers["ETag"] != whole.headers["ETag"]
    again = own.get(f"/files/{number}?size=small", headers={"If-None-Match": small.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_file_that_is_not_there_looks_like_one_that_is_not_shown(visitor: Visitor) -> None:
    assert visitor.client.get("/files/999").status_code == 404
