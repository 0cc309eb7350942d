"""Lots in a bundle: drawn from the stage's own seed, which anyone computes from the season's, and never left out."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalflow.bundle import format
from evalflow.cli import main
from tests.bundle.elections import write_election
from tests.bundle.written import recounted

SEED = "5eed"
LEVEL = [("c1:1", 2), ("c2:1", 2), ("c3:1|c1:2", 1), ("c3:1|c2:2", 1)]  # two first preferences each
KEYS = ("c1", "c2", "c3")
COUNTED = pytest.mark.parametrize("method", ["instant_runoff", "stv\nseats = 1", "meek\nseats = 1"])


def stage_seed(stage: str, seed: str = SEED) -> str:
    """As the handbook says, without this program."""
    return sha256(b"evalflow/lots/v1 stage=" + stage.encode() + b"\n" + bytes.fromhex(seed)).hexdigest()


def drawn(stage: str) -> list[str]:
    """Who is drawn first, second, third."""
    return sorted(KEYS, key=lambda key: sha256(bytes.fromhex(stage_seed(stage)) + key.encode()).digest())


def head(folder: Path, **changed: object) -> Path:
    kept = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    (folder / "bundle.json").write_text(json.dumps(kept | changed), encoding="utf-8")
    return folder


def election(folder: Path, method: str) -> Path:
    first, _, more = method.partition("\n")
    rules = f'method = "{first}"\n{more}\ndraw = true\n'
    write_election(folder, rules, ["One", "Two", "Three"], LEVEL, seats=1, electors=6)
    return folder


def run(folder: Path) -> Result:
    return CliRunner().invoke(main, ["recount", str(folder)])


@COUNTED
def test_whom_lots_leave_out_while_counting_is_whom_anyone_computes(method: str, tmp_path: Path) -> None:
    vote = recounted(head(election(tmp_path / "b", method), draw_seed=SEED))["vote"]
    first = next(step for step in vote.facts["election"]["steps"] if step.get("broken_by"))
    assert (first["level"], first["broken_by"]) == ([*KEYS], "lots")
    assert first.get("excluded", first.get("of")) == [drawn("vote")[-1]]
    assert vote.facts["lots"] == stage_seed("vote")


@COUNTED
def test_lots_without_a_seed_are_refused_and_not_left_out(method: str, tmp_path: Path) -> None:
    ended = run(election(tmp_path / "b", method))
    told = (
        "bundle.json: stage vote: draw_seed: expected a seed in hex that was published beforehand, as lots are drawn, "
        "found ''\n"
    )
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", told)


@COUNTED
def test_a_stage_s_own_seed_gives_the_same_count_as_the_season_s(method: str, tmp_path: Path) -> None:
    folder = election(tmp_path / "b", method)
    by_stage = recounted(head(folder, lots={"vote": stage_seed("vote")}))
    assert by_stage == recounted(head(folder, draw_seed=SEED)) == recounted(head(folder, lots={}))


def test_lots_of_a_stage_before_the_seed_is_told_are_written_and_read_back(tmp_path: Path) -> None:
    whole = format.read(head(election(tmp_path / "b", "instant_runoff"), lots={"vote": stage_seed("vote")}))
    format.write(whole, tmp_path / "exported")
    assert (format.read(tmp_path / "exported"), whole.lots) == (whole, {"vote": stage_seed("vote")})


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"lots": {"vote": stage_seed("vote", "00")}},
            f"stage vote: expected {stage_seed('vote')}, from draw_seed, found {stage_seed('vote', '00')}",
        ),
        ({"lots": {"final": stage_seed("vote")}}, "stage: expected nomination, vote or result, found 'final'"),
        ({"lots": {"vote": "5eed"}}, 'expected 64 hex digits for each stage, found {"vote": "5eed"}'),
        ({"lots": "5eed"}, 'expected 64 hex digits for each stage, found "5eed"'),
    ],
    ids=["of another seed", "of no stage", "too short", "not by stage"],
)
def test_lots_that_can_not_be_are_refused(changed: dict[str, object], told: str, tmp_path: Path) -> None:
    ended = run(head(election(tmp_path / "b", "instant_runoff"), draw_seed=SEED, **changed))
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", f"bundle.json:1: lots: {told}\n")


def test_another_seed_than_the_lots_were_drawn_from_is_a_difference(tmp_path: Path) -> None:
    folder = head(election(tmp_path / "b", "instant_runoff"), draw_seed=SEED)
    (folder / "outcome.json").write_text(run(folder).stdout, encoding="utf-8")
    ended = run(head(folder, draw_seed="00"))
    told = f"stage vote: lots: {stage_seed('vote')} stored, {stage_seed('vote', '00')} recounted"
    assert (ended.exit_code, told in ended.stderr.splitlines()) == (1, True)


def test_a_draw_tells_nothing_of_a_later_one(tmp_path: Path) -> None:
    """Two stages of one season each draw among the same three: their orders are each stage's own."""
    assert drawn("vote") != drawn("result")
    rules = 'method = "approval"\nchoose = { max = 1 }\n'
    write_election(tmp_path / "b", rules, ["One", "Two", "Three"], [(key, 1) for key in KEYS], seats=1, electors=3)
    definition = tmp_path / "b" / "definition.toml"
    definition.write_text(definition.read_text(encoding="utf-8") + 'tie_break = ["draw"]\n', encoding="utf-8")
    result = recounted(head(tmp_path / "b", draw_seed=SEED))["result"]
    assert [one["entry"] for one in result.facts["ranking"]] == drawn("result")
    assert result.facts["lots"] == stage_seed("result")
