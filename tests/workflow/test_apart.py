"""One step at a time: what moves by itself, what moves with all others, and who may say no."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from evalflow.kinds import KINDS
from evalflow.workflow import reader
from evalflow.workflow.machine import FINAL, Blocked, NoSuchStep, moves, start, step, triggers
from tests.workflow.small import SMALL

TEXT = Path(__file__).with_name("apart.toml").read_text("utf-8")
APART = reader.read(TEXT, KINDS, file="apart.toml")
TOGETHER = reader.read(SMALL, KINDS, file="small.toml")
POSITIONS = tuple(f"{stage.key}.{phase}" for stage in APART.stages for phase in ("waiting", "open", "closed"))


def yes(_guard: str) -> bool:
    return True


def walked(*path: str, of: str = TEXT) -> list[str]:
    """Every position on the way, from the start on, when all guards agree."""
    definition = reader.read(of, KINDS, file="walked.toml")
    positions = [start(definition)]
    for trigger in path:
        positions.append(step(definition, positions[-1], trigger, yes))
    return positions


def test_an_entry_goes_through_every_phase_of_every_stage_to_its_end() -> None:
    assert walked("open", "close", "settle", "open", "close", "settle") == [
        "application.waiting",
        "application.open",
        "application.closed",
        "tracking.waiting",
        "tracking.open",
        "tracking.closed",
        "finished",
    ]


def test_a_season_goes_through_every_stage_in_the_order_of_the_file() -> None:
    stages = [stage.key for stage in TOGETHER.stages]
    path = walked(*["open", "close", "settle"] * len(stages), of=SMALL)
    expected = [f"{stage}.{phase}" for stage in stages for phase in ("waiting", "open", "closed")]
    assert path == [*expected, "finished"]


def test_an_entry_on_its_own_way_can_go_back_to_its_submission_from_any_later_phase() -> None:
    back = [step(APART, position, "return", yes) for position in POSITIONS if position.startswith("tracking.")]
    assert back == ["application.open"] * 3
    with pytest.raises(NoSuchStep, match=r"^return from application\.closed$"):
        step(APART, "application.closed", "return", yes)


@pytest.mark.parametrize("position", POSITIONS)
def test_an_entry_can_leave_from_everywhere(position: str) -> None:
    left = [step(APART, position, trigger, yes) for trigger in ("withdraw", "reject", "cancel")]
    assert left == ["withdrawn", "rejected", "cancelled"]


def test_where_all_move_together_no_entry_goes_its_own_way() -> None:
    everywhere = {trigger for move in moves(TOGETHER) for trigger in triggers(TOGETHER, move.source)}
    assert everywhere == {"open", "close", "settle", "cancel", "repeat"}


@pytest.mark.parametrize("position", FINAL)
def test_an_end_is_an_end(position: str) -> None:
    assert triggers(APART, position) == ()
    for trigger in ("open", "close", "settle", "return", "reopen", "withdraw", "reject", "cancel"):
        with pytest.raises(NoSuchStep, match=f"^{trigger} from {position}$"):
            step(APART, position, trigger, yes)


def test_a_closed_stage_opens_again_only_where_the_definition_lets_it() -> None:
    lenient = reader.read(TEXT.replace('key    = "application"', 'key = "application"\nreopen = true'), KINDS, file="a")
    assert step(lenient, "application.closed", "reopen", yes) == "application.open"
    with pytest.raises(NoSuchStep, match=r"^reopen from application\.closed$"):
        step(APART, "application.closed", "reopen", yes)


@pytest.mark.parametrize(
    ("position", "trigger", "guard"),
    [
        ("tracking.waiting", "open", "may_open"),
        ("tracking.open", "close", "may_close"),
        ("tracking.closed", "settle", "may_settle"),
    ],
)
def test_a_guard_is_asked_by_its_name_and_nothing_moves_without_it(position: str, trigger: str, guard: str) -> None:
    asked: list[str] = []

    def no(name: str) -> bool:
        asked.append(name)
        return False

    with pytest.raises(Blocked) as caught:
        step(APART, position, trigger, no)
    assert (asked, caught.value.guard) == ([guard], guard)


def test_leaving_asks_nobody() -> None:
    def never(guard: str) -> bool:
        raise AssertionError(guard)

    assert step(APART, "tracking.open", "withdraw", never) == "withdrawn"
    assert step(TOGETHER, "vote.open", "cancel", never) == "cancelled"


def test_what_goes_wrong_in_a_guard_is_not_taken_for_a_no() -> None:
    def broken(_guard: str) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        step(APART, "tracking.open", "close", broken)


@pytest.mark.parametrize("trigger", ["to_finished", "to_tracking.open", "trigger", "", "__class__"])
def test_only_the_arrows_of_the_definition_lead_anywhere(trigger: str) -> None:
    """The library would by itself add a trigger to_STATE from everywhere to everywhere."""
    with pytest.raises(NoSuchStep):
        step(APART, "application.open", trigger, yes)


@pytest.mark.parametrize("position", ["", "open", "application", "application.gone", "vote.open"])
def test_a_position_of_another_workflow_is_none_of_this_one(position: str) -> None:
    with pytest.raises(NoSuchStep):
        step(APART, position, "open", yes)


def test_two_entries_on_their_way_do_not_touch_each_other() -> None:
    answers: dict[str, Callable[[str], bool]] = {"first": yes, "second": lambda _guard: False}
    assert step(APART, "tracking.open", "close", answers["first"]) == "tracking.closed"
    with pytest.raises(Blocked):
        step(APART, "tracking.open", "close", answers["second"])
    assert step(APART, "tracking.open", "close", answers["first"]) == "tracking.closed"


def test_nothing_a_definition_says_is_looked_up_as_code() -> None:
    """The library resolves strings in callbacks as import paths; a stage named like a module imports nothing."""
    sys.modules.pop("this", None)
    named = TEXT.replace('"tracking"\nkind', '"this"\nkind')
    assert walked("open", "close", "settle", "open", of=named)[-1] == "this.open"
    assert "this" not in sys.modules
