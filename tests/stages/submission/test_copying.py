"""A blank draft begins with what the branch declared in an earlier season of the same workflow."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evalflow.access import Actor, Grant, Role
from evalflow.errors import Conflict, Forbidden, NotFound
from evalflow.files.content import cleaned_file
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, Season
from evalflow.stages.submission import commands, earlier, queries
from evalflow.workflow.fields import Answers
from tests.builders import House
from tests.declared import PLAN, PROJECT, YEAR, secretaries
from tests.visitors import Visitor

THEN = PROJECT.replace(
    "field = [",
    """field = [
  { key = "sort", type = "choice", label = { zh = "类别" }, choice = [
    { key = "safety", label = { zh = "安全" } }, { key = "cost", label = { zh = "降本" } } ] },
  { key = "proof", type = "file", label = { zh = "材料" } },""",
)
NOW = (
    THEN.replace('key = "phone", type = "text"', 'key = "phone", type = "link"')  # asked in another way
    .replace('key = "site"', 'key = "address"')  # no longer asked
    .replace('{ key = "safety", label = { zh = "安全" } }, ', "")  # no longer to be chosen
)
TOLD: Answers = {
    "name": "回收率提升工程",
    "story": "设立攻关小组",
    "tonnes": "12.5",
    "site": "https://example.org/then",
    "phone": "8001",
    "sort": "safety",
    "others": [{"branch": "", "unit": "设计院", "share": "30"}],
    **PLAN,
    "plan": [{**PLAN["plan"][0], "way": "2026-06-30: 93"}, PLAN["plan"][1]],
}
COPIED = {
    "name": "回收率提升工程",
    "story": "设立攻关小组",
    "tonnes": "12.5",
    "others": TOLD["others"],
    "plan": [{**PLAN["plan"][0], "way": "2027-06-30: 93"}, PLAN["plan"][1]],
    "steps": [{"name": "投料", "due": "2027-06-30"}, {"name": "方案", "due": "2027-05-10"}],
}
HOME = "/s/test-2027/declare/submission/"


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


def opened(house: House, toml: str, key: str) -> Season:
    season = house.season(toml + YEAR, key=key, starts_on=house.now.date())
    house.open(season, "declare")
    return season


def begun(house: House, season: Season, actor: Actor) -> Entry:
    entry: Entry = house.act(commands.begin, house.stage(season, "declare").id, actor.branch_id, actor=actor)
    return entry


def accepted(house: House, season: Season, actor: Actor, answers: Answers) -> Entry:
    stage, entry = house.stage(season, "declare"), begun(house, season, actor)
    proof = {"proof": [cleaned_file("proof.txt", b"figures")]}
    kept = {"version": 0, "page": "test", "uploads": proof, "actor": actor}
    saved = house.act(commands.save, stage.id, entry.id, answers, **kept)
    house.act(commands.submit, stage.id, entry.id, version=saved.version, actor=actor)
    return entry


@pytest.fixture
def old(house: House, by: dict[str, Actor]) -> dict[str, Entry]:
    """Last year's projects of both branches; the season of this year is open."""
    season = opened(house, THEN, "test-2026")
    found = {key: accepted(house, season, actor, TOLD) for key, actor in by.items()}
    house.clock.wait(days=365)
    opened(house, NOW, "test-2027")
    return found


@pytest.fixture
def season(house: House, old: dict[str, Entry]) -> Season:
    found: Season = house.ask(seasons.season_by_key, "test-2027")
    return found


def copied(house: House, season: Season, entry: Entry, source: Entry, actor: Actor, *, version: int = 0) -> None:
    stage = house.stage(season, "declare")
    house.act(commands.copy_from, stage.id, entry.id, source.id, version=version, actor=actor)


def draft(house: House, entry: Entry) -> tuple[int, Any] | None:
    """(version, answers)."""
    found = house.ask(queries.draft_of, entry)
    return (found.version, found.answers) if found else None


def offered(house: House, entry: Entry, actor: Actor) -> list[int]:
    return [source.id for source in house.ask(lambda session: earlier.sources(session, session.merge(entry), actor))]


def test_answers_to_questions_still_asked_are_copied_with_days_a_year_later_and_files_are_not(
    house: House, season: Season, by: dict[str, Actor], old: dict[str, Entry]
) -> None:
    entry, before = begun(house, season, by["smelting"]), house.log()
    copied(house, season, entry, old["smelting"], by["smelting"])
    assert draft(house, entry) == (1, COPIED)
    assert house.log() == before


def test_what_was_copied_is_saved_and_handed_in_like_any_draft(
    house: House, season: Season, by: dict[str, Actor], old: dict[str, Entry]
) -> None:
    entry, stage = begun(house, season, by["smelting"]), house.stage(season, "declare")
    copied(house, season, entry, old["smelting"], by["smelting"])
    house.act(commands.submit, stage.id, entry.id, version=1, actor=by["smelting"])
    then, now = (house.ask(queries.entry_of, one.id).answers for one in (old["smelting"], entry))
    assert (now, then["steps"]) == (COPIED, TOLD["steps"])


def test_a_source_is_the_branchs_own_accepted_entry_of_an_earlier_season_of_the_workflow(
    house: House, season: Season, by: dict[str, Actor], old: dict[str, Entry]
) -> None:
    other = opened(house, THEN.replace('key = "small"', 'key = "other"'), "other-2027")
    accepted(house, other, by["smelting"], {**TOLD, **PLAN, "steps": []})
    drafted = begun(house, season, by["smelting"])
    assert offered(house, drafted, by["smelting"]) == [old["smelting"].id]
    accepted(house, season, by["refining"], {"name": "第二年"})
    house.clock.wait(days=365)
    later = opened(house, NOW, "test-2028")
    assert offered(house, begun(house, later, by["smelting"]), by["smelting"]) == [old["smelting"].id]
    found = offered(house, begun(house, later, by["refining"]), by["refining"])
    names = [house.ask(queries.entry_of, one).title for one in found]
    assert names == ["第二年", "回收率提升工程"]


@pytest.mark.parametrize("source", ["refining", "itself", "none"])
def test_nothing_else_is_copied(
    house: House, season: Season, by: dict[str, Actor], old: dict[str, Entry], source: str
) -> None:
    entry = begun(house, season, by["smelting"])
    known = {"refining": old["refining"], "itself": entry, "none": Entry(id=0)}
    with pytest.raises(NotFound):
        copied(house, season, entry, known[source], by["smelting"])
    assert draft(house, entry) is None


def test_nobody_copies_into_another_branchs_draft(
    house: House, season: Season, by: dict[str, Actor], old: dict[str, Entry]
) -> None:
    entry = begun(house, season, by["smelting"])
    with pytest.raises(Forbidden):
        copied(house, season, entry, old["smelting"], by["refining"])


def test_a_draft_that_is_begun_is_never_overwritten(
    house: House, season: Season, by: dict[str, Actor], old: dict[str, Entry]
) -> None:
    entry, stage, actor = begun(house, season, by["smelting"]), house.stage(season, "declare"), by["smelting"]
    for version, answers in ((0, {}), (1, {"name": "新"})):
        house.act(commands.save, stage.id, entry.id, answers, version=version, page="", actor=actor)
        with pytest.raises(Conflict, match="changed_meanwhile"):
            copied(house, season, entry, old["smelting"], actor, version=0)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        copied(house, season, entry, old["smelting"], actor, version=2)
    assert draft(house, entry) == (2, {"name": "新"})


def test_on_the_blank_form_last_years_project_is_offered_once(
    house: House, season: Season, by: dict[str, Actor], old: dict[str, Entry], signed_in: Callable[[int], Visitor]
) -> None:
    own = signed_in(by["smelting"].person_id or 0)
    own.get(HOME)
    path = own.post(HOME).headers["Location"]
    assert f'<option value="{old["smelting"].id}">回收率提升工程' in own.get(path).text
    page = own.send(f"{path}/copy", source=str(old["smelting"].id), version="0")
    assert (page.status_code, 'value="回收率提升工程"' in page.text, "2027-06-30" in page.text) == (200, True, True)
    assert 'name="source"' not in page.text
    again = own.post(f"{path}/copy", source=str(old["smelting"].id), version="0")
    assert again.status_code == 409 and 'value="回收率提升工程"' in again.text


def test_a_branch_without_an_earlier_entry_is_offered_none(
    house: House, by: dict[str, Actor], signed_in: Callable[[int], Visitor]
) -> None:
    opened(house, NOW, "test-2027")
    own = signed_in(by["smelting"].person_id or 0)
    own.get(HOME)
    assert 'name="source"' not in own.get(own.post(HOME).headers["Location"]).text


def test_a_secretary_of_this_season_alone_is_offered_nothing_of_an_earlier_one(
    house: House, season: Season, by: dict[str, Actor], old: dict[str, Entry]
) -> None:
    entry = begun(house, season, by["smelting"])
    here = Grant(Role.BRANCH_SECRETARY, house.smelting, season.id)
    newcomer = replace(by["smelting"], grants=frozenset({here}))
    assert offered(house, entry, by["smelting"]) == [old["smelting"].id]
    assert offered(house, entry, newcomer) == []
    with pytest.raises(NotFound, match="no_such_entry"):
        copied(house, season, entry, old["smelting"], newcomer)
