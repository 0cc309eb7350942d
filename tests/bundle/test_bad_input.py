"""What a folder may not hold: the command says file, line and reason in one line, prints no outcome and ends with 1."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalflow.bundle import format
from evalflow.cli import main

GOOD = {
    "bundle.json": """\
{
  "format": 1,
  "season": "gardens-2026",
  "digest": "DIGEST",
  "draw_seed": ""
}
""",
    "definition.toml": """\
format = 1
key    = "gardens"
title  = { zh = "花园评选", en = "Best garden" }
moves  = "together"

[entry]
noun = { zh = "花园", en = "garden" }

[[stage]]
key    = "entries"
kind   = "submission"
title  = { zh = "报名", en = "Entries" }
review = "none"
  [[stage.field]]
  key      = "name"
  type     = "text"
  role     = "title"
  required = true
  label    = { zh = "名称", en = "Name" }

[[stage]]
key    = "vote"
kind   = "ballot"
title  = { zh = "投票", en = "Vote" }
method = "approval"
choose = { min = 1, max = 2 }

[[stage]]
key       = "peers"
kind      = "scoring"
title     = { zh = "互评", en = "Peers" }
raters    = "each_branch"
aggregate = { method = "mean" }
  [[stage.criterion]]
  key    = "growth"
  weight = 100
  max    = 10
  step   = "0.5"
  label  = { zh = "长势", en = "Growth" }
""",
    "branches.csv": "branch,name\neast,East\nnorth,North\nwest,West\n",
    "entries.csv": "entry,number,branch,title,state\nrose,1,east,Rose,accepted\nfern,2,north,Fern,accepted\n",
    "stages/entries/submissions.csv": "entry,revision,state\nrose,1,accepted\nfern,1,accepted\n",
    "stages/vote/ballots.csv": "ballot,choices,votes\nb1,rose,1\nb2,fern|rose,1\n",
    "stages/vote/roll.csv": "branch,electors,voted\neast,2,1\nnorth,1,1\n",
    "stages/peers/sheets.csv": "rater,entry,criterion,points\neast,fern,growth,8\nnorth,rose,growth,9.5\n",
    "stages/peers/recusals.csv": "rater,entry\nwest,rose\n",
}
LONG = "9" * 10_000
DIGITS = f"{LONG[:10]}.*…9*"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    for file, text in GOOD.items():
        path = tmp_path / "gardens" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("DIGEST", ""), encoding="utf-8")
    folder = tmp_path / "gardens"
    pinned = format.read(folder).definition.digest
    (folder / "bundle.json").write_text(GOOD["bundle.json"].replace("DIGEST", pinned))
    return folder


def recounted(folder: Path) -> Result:
    return CliRunner().invoke(main, ["recount", str(folder)])


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def test_the_bundle_that_the_others_break_is_good(good: Path) -> None:
    ended = recounted(good)
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert ended.stdout.startswith("{")


CHANGED = {
    "an unknown entry on a ballot": ("stages/vote/ballots.csv", "b1,rose", "b1,tulip", "2: unknown entry 'tulip'"),
    "a duplicate ballot id": ("stages/vote/ballots.csv", "b2,", "b1,", "3: b1 stands twice"),
    "a ballot id over two lines, twice": (
        "stages/vote/ballots.csv",
        "b1,rose,1\nb2,",
        '"b\n1",rose,1\n"b\n1",',
        r"4: b\\n1 stands twice",
    ),
    "a ballot with letters for votes": (
        "stages/vote/ballots.csv",
        "fern|rose,1",
        "fern|rose,one",
        "3: votes: 'one' is not a whole number",
    ),
    "a number of ten thousand digits": (
        "stages/vote/ballots.csv",
        "fern|rose,1",
        f"fern|rose,{LONG}",
        f"3: votes: '{DIGITS}' is not a whole number",
    ),
    "a score of ten thousand digits": (
        "stages/peers/sheets.csv",
        "growth,9.5",
        f"growth,{LONG}",
        f"3: points: '{DIGITS}' is not a number",
    ),
    "a score out of range": ("stages/peers/sheets.csv", "9.5", "10.5", "3: points: 10.5 can't be given for 'growth'"),
    "a score below the range": ("stages/peers/sheets.csv", "9.5", "-1", "3: points: -1 can't be given for 'growth'"),
    "a score between the steps": (
        "stages/peers/sheets.csv",
        "9.5",
        "9.3",
        "3: points: 9.3 can't be given for 'growth'",
    ),
    "a score in digits of another script": (
        "stages/peers/sheets.csv",
        "growth,9.5",
        "growth,９",
        "3: points: '９' is not a number",
    ),
    "a score with an exponent": ("stages/peers/sheets.csv", "9.5", "1e1", "3: points: '1e1' is not a number"),
    "a sheet by a recused rater": (
        "stages/peers/sheets.csv",
        "north,rose,growth,9.5",
        "west,rose,growth,9",
        "3: 'west' is recused from 'rose'",
    ),
    "a sheet on the own entry": (
        "stages/peers/sheets.csv",
        "east,fern",
        "east,rose",
        "2: 'east' scored its own entry 'rose'",
    ),
    "a sheet by nobody": ("stages/peers/sheets.csv", "north,rose", "south,rose", "3: unknown rater 'south'"),
    "a sheet on an unknown entry": ("stages/peers/sheets.csv", "north,rose", "north,tulip", "3: unknown entry 'tulip'"),
    "a sheet by an unknown criterion": (
        "stages/peers/sheets.csv",
        "rose,growth",
        "rose,scent",
        "3: unknown criterion 'scent'",
    ),
    "the same score twice": (
        "stages/peers/sheets.csv",
        "north,rose",
        "east,fern",
        "3: east, fern, growth stands twice",
    ),
    "an entry twice on a ballot": (
        "stages/vote/ballots.csv",
        "fern|rose",
        "rose|rose",
        "3: entry 'rose' stands twice on one ballot",
    ),
    "a ballot without an id": ("stages/vote/ballots.csv", "b1,rose", ",rose", "2: a ballot without an id"),
    "a row of no ballots": ("stages/vote/ballots.csv", "b1,rose,1", "b1,rose,0", "2: votes: 0 is less than 1"),
    "a ballot more than voters": (
        "stages/vote/ballots.csv",
        "fern|rose,1\n",
        "fern|rose,1\nb3,rose,1\n",
        "4: 3 ballots in the box, 2 voted by the roll",
    ),
    "a roll of an unknown branch": ("stages/vote/roll.csv", "east,2", "south,2", "2: unknown branch 'south'"),
    "a branch twice on the roll": ("stages/vote/roll.csv", "north,1", "east,1", "3: east stands twice"),
    "more voters than electors": ("stages/vote/roll.csv", "north,1,1", "north,1,2", "3: 2 voted of 1 electors"),
    "an entry of an unknown branch": ("entries.csv", "2,north", "2,south", "3: unknown branch 'south'"),
    "an entry whose declaration was sent back": (
        "stages/entries/submissions.csv",
        "fern,1,accepted",
        "fern,1,returned",
        "3: 'fern' takes part without having been accepted",
    ),
    "a declaration of an entry that there is not": (
        "stages/entries/submissions.csv",
        "fern,1",
        "tulip,1",
        "3: unknown entry 'tulip'",
    ),
    "an entry that takes part and nobody declared": (
        "entries.csv",
        "rose,1,east,Rose,accepted\n",
        '"moss",7,east,"Moss\non stone",draft\ntulip,3,east,Tulip,accepted\nrose,1,east,Rose,accepted\n',
        "4: 'tulip' takes part without having been accepted",
    ),
    "a NUL in a cell": ("entries.csv", "Fern", "Fe\0rn", "3: a NUL"),
    "a NUL in the rules": ("definition.toml", "Best garden", "Best\0garden", "3: a NUL"),
    "a short row": ("branches.csv", "west,West", "west", "4: 1 cells, expected 2"),
    "a cell beyond what CSV reads": (
        "branches.csv",
        "West",
        "W" * 200_000,
        r"4: not CSV: field larger than field limit \(131072\)",
    ),
    "a wrong digest": (
        "bundle.json",
        '"digest": "',
        '"digest": "00',
        "4: digest: 00[0-9a-f]{64} stated, the rules have [0-9a-f]{64}",
    ),
    "a comma too many": ("bundle.json", '"format": 1,', '"format": 1,,', "2: not JSON: .*"),
}


@pytest.mark.parametrize(("file", "old", "new", "told"), CHANGED.values(), ids=CHANGED)
def test_what_can_not_be_is_told_in_one_line_and_nothing_is_counted(
    good: Path, file: str, old: str, new: str, told: str
) -> None:
    change(good, file, old, new)
    ended = recounted(good)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert re.fullmatch(f"{re.escape(file)}:{told}\n", ended.stderr), ended.stderr


@pytest.mark.parametrize(
    "file",
    [
        "bundle.json",
        "branches.csv",
        "entries.csv",
        "stages/vote/ballots.csv",
        "stages/vote/roll.csv",
        "stages/peers/sheets.csv",
    ],
)
def test_a_missing_file_is_named(good: Path, file: str) -> None:
    (good / file).unlink()
    ended = recounted(good)
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", f"{file}: no such file\n")


def test_a_roll_without_a_line_is_no_roll(good: Path) -> None:
    (good / "stages/vote/roll.csv").write_text("branch,electors,voted\n")
    ended = recounted(good)
    told = "stages/vote/roll.csv: nobody is on the roll\n"
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", told)


def test_missing_rules_are_named(good: Path) -> None:
    (good / "definition.toml").unlink()
    ended = recounted(good)
    told = "definition.json: expected either this file or definition.toml\n"
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", told)


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("stages/final/decided.csv", "stages/final: unknown, expected entries, vote, peers"),
        (
            "stages/vote/bal\nlots.csv",
            "stages/vote/bal\\nlots.csv: unknown, expected ballots.csv, roll.csv, voters.csv, weights.csv, box.csv",
        ),
    ],
)
def test_evidence_that_has_no_place_is_not_passed_over(good: Path, file: str, told: str) -> None:
    (good / file).parent.mkdir(exist_ok=True)
    (good / file).write_text("")
    ended = recounted(good)
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", f"{told}\n")


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        (f'"{LONG}"', f"stage vote: votes: entry rose: '{DIGITS}' is no exact number"),
        (LONG, "a number too long to be read"),
    ],
    ids=["as text", "as a number"],
)
def test_a_stored_figure_beyond_reading_is_refused(good: Path, figure: str, told: str) -> None:
    (good / "outcome.json").write_text(f'{{"vote": {{"figures": {{"votes": {{"rose": {figure}}}}}, "facts": {{}}}}}}')
    ended = recounted(good)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert re.fullmatch(f"outcome.json: {told}\n", ended.stderr), ended.stderr


def test_a_byte_order_mark_as_spreadsheets_write_it_breaks_nothing(good: Path) -> None:
    expected = recounted(good).stdout
    for path in good.rglob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    ended = recounted(good)
    assert (ended.exit_code, ended.stdout, ended.stderr) == (0, expected, "")
