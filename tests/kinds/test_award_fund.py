"""What tiers grant for the award fund, and how it is shared by those who took part."""

from dataclasses import replace

import pytest

from evalflow.kinds import KINDS
from evalflow.kinds.award import due
from evalflow.workflow.outcome import Case, Outcome
from tests.kinds.cases import complaint, outcome, table
from tests.kinds.test_award_tiers import ceremony, problem, tier

TWO = (tier("first", "places = 1, amount = 10000"), tier("second", "places = 7, amount = 1"))


def final(of: Case, partners: dict[str, list[dict[str, str]]] | None = None) -> Case:
    """The awards as due, after a declaration that names these partners."""
    rows = [f"{one['entry']},{one['place']},{one['tier']}" for one in due(of)]
    declared = {"form": Outcome(facts={"partners": partners})} if partners is not None else {}
    return replace(of, tables={"awards": table("entry,place,tier", *rows)}, earlier={**of.earlier, **declared})


def partner(branch: str, share: str, unit: str = "") -> dict[str, str]:
    return {"branch": branch, "unit": unit, "share": share}


def test_the_lead_branch_has_all_where_nobody_else_took_part() -> None:
    facts = outcome(final(ceremony(*TWO, composite="95 90", places="1 2"))).facts
    assert facts["grants"] == {"a": {"A": "10000.00"}, "b": {"B": "1.00"}}
    assert "through_lead" not in facts


def test_partners_have_their_shares_and_the_lead_the_rest_to_the_last_cent() -> None:
    partners = {"a": [partner("B", "33.333"), partner("C", "33.333")], "b": [partner("A", "100")]}
    facts = outcome(final(ceremony(*TWO, composite="95 90 20", places="1 2 0"), partners)).facts
    assert facts["grants"] == {"a": {"A": "3333.40", "B": "3333.30", "C": "3333.30"}, "b": {"A": "1.00"}}


def test_a_unit_that_is_no_branch_has_its_part_through_the_lead() -> None:
    partners = {"a": [partner("", "12.5", unit="技术中心"), partner("B", "50")], "b": []}
    facts = outcome(final(ceremony(*TWO, composite="95 90", places="1 2"), partners)).facts
    assert facts["grants"]["a"] == {"A": "5000.00", "B": "5000.00"}
    assert facts["through_lead"] == {"a": [{"unit": "技术中心", "amount": "1250.00"}]}


def test_a_partner_that_is_no_branch_is_refused() -> None:
    strange = {"a": [partner("Z", "10")]}
    assert (
        complaint(final(ceremony(*TWO, composite="95", places="1"), strange))
        == "partners.csv: branch: expected A, found 'Z'"
    )


def test_without_amounts_the_outcome_says_nothing_of_a_fund() -> None:
    plain = (tier("first", "places = 1"), tier("second", "places = 7"))
    assert set(outcome(final(ceremony(*plain, composite="95 90", places="1 2"), {})).facts) == {"awards"}


def test_a_tier_without_an_amount_grants_nothing() -> None:
    mixed = (tier("first", "places = 1, amount = 500"), tier("second", "places = 7"))
    assert outcome(final(ceremony(*mixed, composite="95 90", places="1 2"))).facts["grants"] == {"a": {"A": "500.00"}}


def test_what_tiers_bring_is_told() -> None:
    of = ceremony(*TWO)
    assert KINDS["award"].words(of.stage.options, "en")[-4:-1] == [
        "first: 10000 yuan for the award fund.",
        "second: 1 yuan for the award fund.",
        "The award fund of an entry is divided to the last cent: partners have their shares, the lead the rest.",
    ]


@pytest.mark.parametrize("amount", ["0", "-5", "1.5", '"100"', "100000001"])
def test_an_amount_is_whole_yuan_above_none(amount: str) -> None:
    assert "tier.0.amount" in problem(tier("first", f"places = 8, amount = {amount}"))
