"""Books with two branches, to which a ceremony has granted 10,000 and 6,000 yuan, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evalflow.access import Actor, Role
from evalflow.audit.signing import Signer
from evalflow.engine import doctor
from evalflow.files.content import Cleaned, cleaned_file
from evalflow.funds import commands, queries
from evalflow.funds.commands import Voucher
from evalflow.funds.models import FundBooking
from evalflow.seasons.models import Season
from evalflow.stages.award import commands as award
from tests.builders import Clock, House, entrusted, found_house
from tests.databases import fresh_postgresql, fresh_sqlite, modelled
from tests.decided import decided
from tests.declared import secretaries

CEREMONY = """
[[stage]]
key = "ceremony"
kind = "award"
title = { zh = "表彰", en = "Ceremony" }
honour = { zh = "先锋工程", en = "Vanguard project" }
tier = [
  { key = "first", title = { zh = "一等奖", en = "First class" }, places = 1, amount = 10000 },
  { key = "second", title = { zh = "二等奖", en = "Second class" }, places = 1, amount = 6000 },
]
"""


def receipt(text: str = "活动材料,1280.50\n") -> Cleaned:
    return cleaned_file("收据.csv", text.encode())


@dataclass(frozen=True)
class Books:
    """house.now is in the year of the books, 2026, unless a test lets time pass."""

    house: House
    season: Season
    organiser: Actor
    chair: Actor
    secretaries: dict[str, Actor]

    def spend(self, branch: str, amount: str, document: str, **other: Any) -> FundBooking:
        actor = other.pop("actor", self.secretaries[branch])
        named = {"day": self.house.now.date(), "purpose": "主题党日活动", "upload": receipt(), **other}
        voucher = Voucher(amount=amount, document=document, **named)
        row: FundBooking = self.house.act(commands.spend, branch, voucher, actor=actor)
        return row

    def appropriate(self, amount: str, document: str = "拨款2026-1", **other: Any) -> FundBooking:
        actor = other.pop("actor", self.organiser)
        named = {"day": self.house.now.date(), "purpose": "年度拨款", "upload": receipt(), **other}
        row: FundBooking = self.house.act(
            commands.appropriate, Voucher(amount=amount, document=document, **named), actor=actor
        )
        return row

    def balances(self) -> dict[str, int]:
        """ "2026/fund": balance, of the accounts that are not at nothing."""
        found = self.house.ask(queries.balances)
        return {f"{year}/{name}": total for (year, name), total in sorted(found.items()) if total}

    def take_back(self, row: FundBooking, *, actor: Actor, reason: str = "金额填错") -> FundBooking:
        made: FundBooking = self.house.act(commands.correct, row.year, row.number, reason=reason, actor=actor)
        return made


def opened(house: House) -> Books:
    """The ceremony is held on the day the books are opened."""
    by = secretaries(house)
    season = decided(house, CEREMONY, by=by)
    chair = house.actor("chair", Role.COMMITTEE_MEMBER)
    house.open(season, "ceremony")
    house.act(award.finalise, house.stage(season, "ceremony").id, actor=chair)
    return Books(house, season, house.actor("keeper", Role.ORGANISER), chair, by)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def books(request: pytest.FixtureRequest, tmp_path: Path, signer: Signer) -> Iterator[Books]:
    server = request.getfixturevalue("server") if request.param == "postgresql" else ""
    with fresh_postgresql(server, modelled) if server else fresh_sqlite(tmp_path, modelled) as engine:
        found = opened(found_house(entrusted(engine, signer), Clock()))
        yield found
        if request.node.get_closest_marker("breaks_the_database") is None:
            assert found.house.ask(doctor.faults, signer) == []
