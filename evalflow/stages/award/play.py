"""A simulated committee makes the awards final at the ceremony; branches spend some of what that brings them."""

from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.files.content import cleaned_file
from evalflow.funds import commands as fund
from evalflow.funds import queries as books
from evalflow.funds.commands import Voucher
from evalflow.kinds import money
from evalflow.seasons.models import StageRow
from evalflow.seasons.play import World
from evalflow.stages.award import commands, queries

OCCASIONS = ("主题党日活动（示例）", "党员学习书籍（示例）", "先锋岗标识制作（示例）")


def before(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def during(world: World, stage: StageRow) -> None:
    world.wait(minutes=40)
    if not world.ask(queries.awards, stage.id) and world.ask(queries.due, stage):
        world.do(commands.finalise, stage.id, actor=world.committee[0])


def after(world: World, stage: StageRow) -> None:
    """The money comes in, and each branch that was granted some spends a part of it; nothing where none was."""
    today = zone.day_of(world.clock)
    document = f"拨款（示例）{stage.season.key}"
    granted = world.ask(books.granted, stage.id)
    if not granted or world.ask(_came_in, today.year, document):
        return
    total = sum(amount for parts in granted.values() for amount in parts.values())
    world.do(fund.appropriate, _voucher(world, total, "年度工作经费拨款（示例）", document), actor=world.organiser)
    for branch in sorted({branch for parts in granted.values() for branch in parts}):
        world.wait(minutes=1)
        held = world.ask(books.balance_of, today.year, f"branch:{branch}")
        quality = world.quality(f"{stage.season.key}:{branch}:spending")
        occasion = OCCASIONS[quality % len(OCCASIONS)]
        spending = _voucher(world, max(held * quality // 100, 1), occasion, f"发票（示例）{stage.season.key}-{branch}")
        world.do(fund.spend, branch, spending, actor=world.secretaries[branch])


def _came_in(session: Session, year: int, document: str) -> bool:
    return any(one.document == document for one in books.bookings(session, year))


def _voucher(world: World, amount: int, purpose: str, document: str) -> Voucher:
    receipt = cleaned_file("收据（示例）.csv", f"\ufeff用途,金额\r\n{purpose},{money.written(amount)}\r\n".encode())
    return Voucher(money.written(amount), zone.day_of(world.clock), purpose, document, receipt)
