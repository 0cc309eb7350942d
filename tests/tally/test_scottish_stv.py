"""Council wards of Edinburgh, 2017, counted from their published ballots: quota and councillors as declared."""

import json
from pathlib import Path

import pytest

from evalflow.tally.profile import UNRANKED, Profile, profile_of
from evalflow.tally.transferable import transferable

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "scottish_stv"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published ballots of Scottish wards are not at hand")
WARDS = ("edinburgh_2017_ward03", "edinburgh_2017_ward09")


def declared(ward: str) -> dict:
    return json.loads((FOLDER / "official_results.json").read_text(encoding="utf-8"))[ward]


def ballots(ward: str) -> Profile:
    _, names, *lines = (FOLDER / f"{ward}.csv").read_text(encoding="utf-8").splitlines()
    candidates = names.split("|")
    cast = []
    for line in lines:
        times, _, order = line.partition(",")
        cast.append(({candidates[int(number) - 1]: rank for rank, number in enumerate(order.split(), 1)}, int(times)))
    return profile_of(candidates, cast, left_out=UNRANKED)


def test_every_ward_with_a_declared_result_is_counted_here():
    assert sorted(json.loads((FOLDER / "official_results.json").read_text(encoding="utf-8"))) == sorted(WARDS)


@pytest.mark.parametrize("ward", WARDS)
def test_the_valid_papers_are_as_many_as_declared(ward):
    assert ballots(ward).ballots == declared(ward)["valid"]


@pytest.mark.parametrize("ward", WARDS)
def test_quota_and_councillors_are_those_declared(ward):
    official = declared(ward)
    election = transferable(ballots(ward), official["seats"])
    elected = [entry for group in election.order[: official["seats"]] for entry in group]
    assert {step["quota"] for step in election.steps} == {str(official["quota"])}
    assert sorted(elected) == sorted(official["elected"])


@pytest.mark.parametrize("ward", WARDS)
def test_the_order_of_the_lines_and_how_they_are_split_change_nothing(ward):
    official, profile = declared(ward), ballots(ward)
    split = Profile(
        profile.entries,
        profile.rows[::-1] + profile.rows,
        (1,) * len(profile.rows) + tuple(times - 1 for times in profile.times),
    )
    assert transferable(split, official["seats"]) == transferable(profile, official["seats"])
