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
    "an unknown entry on a ballot": (
        "stages/vote/ballots.csv",
        "b1,rose",
        "b1,tulip",
        "2: choices: expected rose or fern, found 'tulip'",
    ),
    "a duplicate ballot id": ("stages/vote/ballots.csv", "b2,", "b1,", "3: ballot: expected each once, found b1 again"),
    "a ballot id over two lines, twice": (
        "stages/vote/ballots.csv",
        "b1,rose,1\nb2,",
        '"b\n1",rose,1\n"b\n1",',
        r"4: ballot: expected each once, found b\\n1 again",
    ),
    "a ballot with letters for votes": (
        "stages/vote/ballots.csv",
        "fern|rose,1",
        "fern|rose,one",
        "3: votes: expected a whole number, found 'one'",
    ),
    "a number of ten thousand digits": (
        "stages/vote/ballots.csv",
        "fern|rose,1",
        f"fern|rose,{LONG}",
        f"3: votes: expected a whole number, found '{DIGITS}'",
    ),
    "a score of ten thousand digits": (
        "stages/peers/sheets.csv",
        "growth,9.5",
        f"growth,{LONG}",
        f"3: points: expected a number such as 85, 85.5 or 171/2, found '{DIGITS}'",
    ),
    "a score out of range": (
        "stages/peers/sheets.csv",
        "9.5",
        "10.5",
        "3: points: expected 0 to 10 in steps of 0.5, found 10.5",
    ),
    "a score below the range": (
        "stages/peers/sheets.csv",
        "9.5",
        "-1",
        "3: points: expected 0 to 10 in steps of 0.5, found -1",
    ),
    "a score between the steps": (
        "stages/peers/sheets.csv",
        "9.5",
        "9.3",
        "3: points: expected 0 to 10 in steps of 0.5, found 9.3",
    ),
    "a score in digits of another script": (
        "stages/peers/sheets.csv",
        "growth,9.5",
        "growth,９",
        "3: points: expected a number such as 85, 85.5 or 171/2, found '９'",
    ),
    "a score with an exponent": (
        "stages/peers/sheets.csv",
        "9.5",
        "1e1",
        "3: points: expected a number such as 85, 85.5 or 171/2, found '1e1'",
    ),
    "a sheet by a recused rater": (
        "stages/peers/sheets.csv",
        "north,rose,growth,9.5",
        "west,rose,growth,9",
        "3: rater 'west': expected no points for 'rose', as it is recused, found some",
    ),
    "a sheet on the own entry": (
        "stages/peers/sheets.csv",
        "east,fern",
        "east,rose",
        "2: rater 'east': expected no points for 'rose', its own entry, found some",
    ),
    "a sheet by nobody": (
        "stages/peers/sheets.csv",
        "north,rose",
        "south,rose",
        "3: rater: expected east, north or west, found 'south'",
    ),
    "a sheet on an unknown entry": (
        "stages/peers/sheets.csv",
        "north,rose",
        "north,tulip",
        "3: entry: expected rose or fern, found 'tulip'",
    ),
    "a sheet by an unknown criterion": (
        "stages/peers/sheets.csv",
        "rose,growth",
        "rose,scent",
        "3: criterion: expected growth, found 'scent'",
    ),
    "the same score twice": (
        "stages/peers/sheets.csv",
        "north,rose",
        "east,fern",
        "3: rater, entry, criterion: expected each once, found east, fern, growth again",
    ),
    "an entry twice on a ballot": (
        "stages/vote/ballots.csv",
        "fern|rose",
        "rose|rose",
        "3: choices: expected each entry once on a ballot, found 'rose' again",
    ),
    "a ballot without an id": (
        "stages/vote/ballots.csv",
        "b1,rose",
        ",rose",
        "2: ballot: expected an id, found nothing",
    ),
    "a row of no ballots": (
        "stages/vote/ballots.csv",
        "b1,rose,1",
        "b1,rose,0",
        "2: votes: expected 1 or more, found 0",
    ),
    "a ballot more than voters": (
        "stages/vote/ballots.csv",
        "fern|rose,1\n",
        "fern|rose,1\nb3,rose,1\n",
        "4: expected at most 2 ballots, as the roll has voters, found 3",
    ),
    "a roll of an unknown branch": (
        "stages/vote/roll.csv",
        "east,2",
        "south,2",
        "2: branch: expected \"\", east, north or west, found 'south'",
    ),
    "a branch twice on the roll": (
        "stages/vote/roll.csv",
        "north,1",
        "east,1",
        "3: branch: expected each once, found east again",
    ),
    "more voters than electors": (
        "stages/vote/roll.csv",
        "north,1,1",
        "north,1,2",
        "3: voted: expected at most the 1 electors, found 2",
    ),
    "an entry of an unknown branch": (
        "entries.csv",
        "2,north",
        "2,south",
        "3: branch: expected east, north or west, found 'south'",
    ),
    "an entry whose declaration was sent back": (
        "stages/entries/submissions.csv",
        "fern,1,accepted",
        "fern,1,returned",
        "3: entry 'fern': expected accepted, as it takes part, found otherwise",
    ),
    "a declaration of an entry that there is not": (
        "stages/entries/submissions.csv",
        "fern,1",
        "tulip,1",
        "3: entry: expected fern or rose, found 'tulip'",
    ),
    "an entry that takes part and nobody declared": (
        "entries.csv",
        "rose,1,east,Rose,accepted\n",
        '"moss",7,east,"Moss\non stone",draft\ntulip,3,east,Tulip,accepted\nrose,1,east,Rose,accepted\n',
        "4: entry 'tulip': expected accepted, as it takes part, found otherwise",
    ),
    "a NUL in a cell": ("entries.csv", "Fern", "Fe\0rn", "3: expected text, found a NUL"),
    "a NUL in the rules": ("definition.toml", "Best garden", "Best\0garden", "3: expected text, found a NUL"),
    "a short row": ("branches.csv", "west,West", "west", "4: expected 2 cells: branch, name, found 1"),
    "a cell beyond what CSV reads": (
        "branches.csv",
        "West",
        "W" * 200_000,
        r"4: expected CSV as in RFC 4180, found field larger than field limit \(131072\)",
    ),
    "a wrong digest": (
        "bundle.json",
        '"digest": "',
        '"digest": "00',
        "4: digest: expected [0-9a-f]{64}, that of the rules, found 00[0-9a-f]{64}",
    ),
    "a comma too many": (
        "bundle.json",
        '"format": 1,',
        '"format": 1,,',
        "2: expected JSON, found Expecting property name enclosed in double quotes",
    ),
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
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", f"{file}: expected this file, found no such file\n")


def test_a_roll_without_a_line_is_no_roll(good: Path) -> None:
    (good / "stages/vote/roll.csv").write_text("branch,electors,voted\n")
    ended = recounted(good)
    told = "stages/vote/roll.csv: expected electors, found nobody\n"
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", told)


def test_missing_rules_are_named(good: Path) -> None:
    (good / "definition.toml").unlink()
    ended = recounted(good)
    told = "definition.json: expected this file or definition.toml, one of them, found neither\n"
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", told)


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (
            "stages/final/decided.csv",
            "stages/final: expected entries, vote or peers, found a file that has no place here",
        ),
        (
            "stages/vote/bal\nlots.csv",
            "stages/vote/bal\\nlots.csv: expected ballots.csv, roll.csv, voters.csv, weights.csv or box.csv, "
            "found a file that has no place here",
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
        (
            f'"{LONG}"',
            f"1: stage vote: votes: entry rose: expected an exact number as text, such as '7' or '200/3', found "
            f'"{DIGITS}"',
        ),
        (LONG, " expected numbers of a bearable length, found one of thousands of digits"),
    ],
    ids=["as text", "as a number"],
)
def test_a_stored_figure_beyond_reading_is_refused(good: Path, figure: str, told: str) -> None:
    (good / "outcome.json").write_text(f'{{"vote": {{"figures": {{"votes": {{"rose": {figure}}}}}, "facts": {{}}}}}}')
    ended = recounted(good)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert re.fullmatch(f"outcome.json:{told}\n", ended.stderr), ended.stderr


def test_a_byte_order_mark_as_spreadsheets_write_it_breaks_nothing(good: Path) -> None:
    expected = recounted(good).stdout
    for path in good.rglob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    ended = recounted(good)
    assert (ended.exit_code, ended.stdout, ended.stderr) == (0, expected, "")
