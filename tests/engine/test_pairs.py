"""Every two acts that touch the same rows, at the same moment: what comes of it comes of one after the other.

Nobody is told of a bug, nobody waits for good, nothing is done or logged twice, and the doctor finds nothing. A few
pairs of a few worlds are tried each time, all of them by `make prove`.
"""

import logging
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.engine.race_worlds import WORLDS
from tests.engine.racing import World, at_once, endings, hasty_server, tries

# Those that broke once: a stage told as it was before whoever was waited for; rows read, and changed by another before
# they were written; keys taken by two at once.
ALWAYS = {
    "score sheets": [("close", "close"), ("close", "tick"), ("hand the sheet in", "close"), ("step back", "cancel")],
    "a vote": [("seal", "seal"), ("close", "seal"), ("vote again", "vote once more"), ("vote", "close")],
    "a beginning": [("found another season", "found another season"), ("delete", "delete"), ("open", "delete")],
    "people": [
        ("take a role", "take a role"),
        ("a new calendar", "a new calendar"),
        ("choose a mailbox", "choose a mailbox"),
        ("state a day", "state a day"),
        ("add a person", "import people"),
    ],
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with hasty_server() as url:
        yield url


@pytest.fixture
def lite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    yield from _built(request.param, tmp_path / "sqlite", "")


@pytest.fixture
def held(request: pytest.FixtureRequest, tmp_path: Path, server: str) -> Iterator[World]:
    yield from _built(request.param, tmp_path / "postgresql", server)


def _built(name: str, folder: Path, server: str) -> Iterator[World]:
    world = World(WORLDS[name], folder, server)
    yield world
    world.close()


def _raced(lite: World, held: World, pairs: list[tuple[str, str]], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        for first, second in pairs:
            allowed = endings(lite, first, second)
            ending, broken = at_once(lite, first, second)
            assert (first, second, broken, ending in allowed) == (first, second, [], True), (ending, allowed)
            for one in tries(held, first, second):
                came = (first, second, one.moment, one.broken, one.ending in allowed)
                assert came == (first, second, one.moment, [], True), (one.ending, allowed, one.trace[: one.moment])
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.postgres
@pytest.mark.parametrize(("lite", "held"), [(name, name) for name in ALWAYS], indirect=True, ids=ALWAYS)
def test_two_acts_at_one_moment_come_to_what_one_after_the_other_comes_to(
    lite: World, held: World, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    _raced(lite, held, ALWAYS[request.node.callspec.id], caplog)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize(("lite", "held"), [(name, name) for name in WORLDS], indirect=True, ids=WORLDS)
def test_any_two_acts_of_a_world_come_to_what_one_after_the_other_comes_to(
    lite: World, held: World, caplog: pytest.LogCaptureFixture
) -> None:
    _raced(lite, held, list(product(lite.acts, repeat=2)), caplog)
