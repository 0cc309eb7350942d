"""How much a person's vote weighs: who says so, and what the log tells of it."""

import pytest

from evalflow.access import Role
from evalflow.errors import Forbidden, Invalid
from evalflow.people import rolls


def test_a_weight_is_changed_and_the_log_tells_what_it_was_and_not_whose(house):
    person = house.person("delegate", Role.MEMBER)
    house.act(rolls.weigh, person, " ３", actor=house.administrator)
    assert house.ask(rolls.members) == [(person, house.smelting, 3)]
    assert house.log("person.weighed") == [
        ("person.weighed", "administrator", {"before": 1, "weight": 3}, {"account": person, "login": "delegate"})
    ]


def test_the_same_weight_again_is_no_act(house):
    person = house.person("delegate", Role.MEMBER)
    house.act(rolls.weigh, person, "1", actor=house.administrator)
    assert house.log("person.weighed") == []


@pytest.mark.parametrize("typed", ["0", "1001", "1.5", "-3", "three", "三", "1e2", "٣"])
def test_a_weight_that_is_no_whole_number_from_1_to_1000_is_refused(house, typed):
    person = house.person("delegate", Role.MEMBER)
    with pytest.raises(Invalid) as refused:
        house.act(rolls.weigh, person, typed, actor=house.administrator)
    assert refused.value.fields == {"weight": "vote_weight_malformed"}
    assert house.ask(rolls.members) == [(person, house.smelting, 1)]


def test_only_an_administrator_weighs_votes(house):
    person = house.person("delegate", Role.MEMBER)
    for office in (Role.ORGANISER, Role.MEMBER, Role.COMMITTEE_MEMBER):
        with pytest.raises(Forbidden):
            house.act(rolls.weigh, person, "3", actor=house.actor(office.value, office))
