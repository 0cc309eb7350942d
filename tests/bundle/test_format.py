"""Bundles as files: what is written is read back, and whatever can't be true is refused with file and line."""

import csv
import io
import re
import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.bundle import cells, folder, format
from evalflow.bundle.format import BranchLine, Bundle, EntryLine
from evalflow.bundle.log import Log
from evalflow.errors import BundleError, DefinitionError
from evalflow.kinds import KINDS
from evalflow.kinds.submission import STATES
from evalflow.workflow import reader
from evalflow.workflow.outcome import Outcome
from tests.bundle.conftest import FILE, PAGE

RULES = reader.read(dict(FILE.findall(PAGE))["definition.toml"], KINDS, file="definition.toml")

keys = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,39}", fullmatch=True)
written = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
exact = st.fractions(max_denominator=1000)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | written,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(written, inner, max_size=3),
    max_leaves=6,
)
outcomes = st.builds(
    Outcome,
    st.dictionaries(written, st.dictionaries(keys, exact, max_size=3), max_size=2),
    st.dictionaries(written, json_values),
)


@st.composite
def entries(draw, branches):
    numbers = draw(st.lists(st.integers(0, 10**6), max_size=4, unique=True))
    names = draw(st.lists(keys, min_size=len(numbers), max_size=len(numbers), unique=True))
    return tuple(
        EntryLine(key, number, draw(st.sampled_from(branches)), draw(written), draw(st.sampled_from(STATES)))
        for key, number in zip(names, numbers, strict=True)
    )


@st.composite
def evidence(draw):
    return {
        stage.key: {
            table: tuple(draw(st.lists(st.fixed_dictionaries(dict.fromkeys(columns, written)), max_size=3)))
            for table, columns in KINDS[stage.kind].tables.items()
        }
        for stage in RULES.stages
        if draw(st.booleans())
    }


@st.composite
def bundles(draw):
    """Any season of the handbook's rules, be its evidence sense or nonsense."""
    branches = draw(st.lists(keys, min_size=1, max_size=4, unique=True))
    reached = [stage.key for stage in RULES.stages if draw(st.booleans())]
    seed = draw(st.binary(max_size=32)).hex()
    stages = st.sampled_from([stage.key for stage in RULES.stages])
    return Bundle(
        season=draw(written.filter(bool)),
        digest=draw(st.sampled_from(["", RULES.digest])),
        draw_seed=seed,
        lots={} if seed else draw(st.dictionaries(stages, st.binary(min_size=32, max_size=32).map(bytes.hex))),
        definition=RULES,
        branches=tuple(BranchLine(key, draw(written)) for key in branches),
        entries=draw(entries(branches)),
        tables=draw(evidence()),
        outcomes=draw(st.none() | st.just({key: draw(outcomes) for key in reached})),
        log=draw(st.none() | st.just(Log(("{}", '{"a":"\u2028"}'), "note\n\n", "name+hash+key"))),
    )


def refusal(function, *arguments):
    with pytest.raises(BundleError) as refused:
        function(*arguments)
    return str(refused.value)


@settings(deadline=None)  # writes files
@given(bundles())
def test_what_is_written_is_read_back_and_written_again_in_the_same_bytes(bundle):
    with tempfile.TemporaryDirectory() as scratch:
        format.write(bundle, Path(scratch) / "once")
        again = format.read(Path(scratch) / "once")
        assert again == bundle
        assert format.texts(again) == format.texts(bundle)


def test_an_example_by_hand_is_written_as_an_export_and_means_the_same(example, tmp_path):
    by_hand = format.read(example)
    format.write(by_hand, tmp_path / "exported")
    exported = format.read(tmp_path / "exported")
    assert exported == by_hand
    assert (tmp_path / "exported" / "definition.json").read_text(encoding="utf-8") == f"{by_hand.definition.text}\n"


def test_all_bytes_written_are_utf_8_with_lf(example, tmp_path):
    format.write(format.read(example), tmp_path / "exported")
    contents = [path.read_bytes() for path in (tmp_path / "exported").rglob("*") if path.is_file()]
    assert len(contents) == 8
    assert [content for content in contents if b"\r" in content or not content.endswith(b"\n")] == []


def test_cells_that_a_spreadsheet_takes_for_formulas_are_made_text_and_numbers_stay():
    titles = ("=1+1", "+1", "-1.5", "-x", "@x", "\tx", "\rx", "＝1", "'=1", "'x", " x", "x ", "a\nb", 'a"b', "乙")
    assert cells.write(("entry", "title"), [{"entry": "a", "title": title} for title in titles]) == (
        "entry,title\na,'=1+1\na,+1\na,-1.5\na,'-x\na,'@x\na,'\tx\na,\"'\rx\"\na,'＝1\na,''=1\na,'x\n"
        'a," x"\na,"x "\na,"a\nb"\na,"a""b"\na,乙\n'
    )


@given(st.lists(st.text("=+-@\t\r\n'\"＝＋－＠ ,1.x甲", max_size=6), max_size=5))
def test_no_cell_begins_like_a_formula_and_every_cell_comes_back_as_it_went_in(titles: list[str]):
    rows = tuple({"entry": "a", "title": title} for title in titles)
    written = cells.write(("entry", "title"), rows)
    assert cells.read(written, ("entry", "title"), "entries.csv") == rows
    shown = [row[1] for row in csv.reader(io.StringIO(written, newline=""))][1:]
    numbers = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
    assert [cell for cell in shown if cell[:1] in tuple("=+-@\t\r\n＝＋－＠") and not numbers.fullmatch(cell)] == []


def test_a_bundle_is_not_written_over_other_files(example):
    assert refusal(format.write, format.read(example), example) == (
        f"{example}: expected an empty folder, or none, found something there already"
    )


@pytest.mark.parametrize(
    "file", ["branches.csv", "entries.csv", "stages/vote/ballots.csv", "outcome.json", "bundle.json"]
)
def test_a_byte_order_mark_and_crlf_are_read_as_if_they_were_not_there(example, file):
    expected = format.read(example)
    (example / file).write_bytes(b"\xef\xbb\xbf" + (example / file).read_bytes().replace(b"\n", b"\r\n"))
    assert format.read(example) == expected


def test_columns_may_stand_in_another_order(example):
    expected = format.read(example)
    (example / "branches.csv").write_text("name,branch\nNorth street,north\nSouth street,south\n")
    assert format.read(example) == expected


def test_a_table_without_a_file_is_empty(example):
    assert not (example / "stages" / "vote" / "voters.csv").exists()
    assert format.read(example).tables["vote"]["voters"] == ()


def test_hidden_files_and_a_readme_may_stand_beside_the_bundle(example):
    expected = format.read(example)
    for name in (".DS_Store", "README.md", "stages/.keep", "stages/vote/README.txt"):
        (example / name).write_text("=")
    assert format.read(example) == expected


TABLES = {
    "an unknown column": ("branch,name,chair\nnorth,N,x\n", "1: columns: expected branch, name, found 'chair'"),
    "a doubled column": ("branch,name,name\nnorth,N,N\n", "1: columns: expected each once, found 'name' twice"),
    "a missing column": ("branch\nnorth\n", "1: columns: expected 'name' too, found branch"),
    "an empty file": ("", "1: columns: expected 'branch' too, found none"),
    "a short row": ("branch,name\nnorth,N\nsouth\n", "3: expected 2 cells: branch, name, found 1"),
    "a long row": ("branch,name\nnorth,N,\n", "2: expected 2 cells: branch, name, found 3"),
    "an empty line": ("branch,name\nnorth,N\n\nsouth,S\n", "3: expected 2 cells, found an empty line"),
    "a short row after a cell of two lines": (
        'branch,name\nnorth,"N\nN"\nsouth\n',
        "4: expected 2 cells: branch, name, found 1",
    ),
    "a quote that stays open": (
        'branch,name\nnorth,N\nsouth,"S\n',
        "3: expected CSV as in RFC 4180, found unexpected end of data",
    ),
    "a doubled key": (
        'branch,name\nnorth,"N\r\nN"\nsouth,S\nnorth,N\n',
        "5: branch: expected each once, found 'north' again",
    ),
    "a key that could be a path": (
        "branch,name\n../x,N\n",
        "2: branch: expected 1 to 40 of a to z, 0 to 9, - and _, found '../x'",
    ),
}


@pytest.mark.parametrize(("text", "told"), TABLES.values(), ids=TABLES)
def test_a_table_that_is_not_as_it_should_be_is_refused_with_its_line(example, text, told):
    (example / "branches.csv").write_bytes(text.encode())
    assert refusal(format.read, example) == f"branches.csv:{told}"


ENTRIES = {
    "an unknown branch": ("jade,1,east,J,accepted", "2: branch: expected north or south, found 'east'"),
    "an unknown state": (
        "jade,1,north,J,in",
        "2: state: expected accepted, rejected, withdrawn, draft, submitted or returned, found 'in'",
    ),
    "an accepted entry without a number": ("jade,,north,J,accepted", "2: number: expected a whole number, found ''"),
    "a number that is none": ("jade,one,north,J,draft", "2: number: expected a whole number, found 'one'"),
    "a doubled number": (
        "jade,,north,J,draft\npine,1,north,P,draft\nlotus,1,north,L,draft",
        "4: number: expected each once, found 1 again",
    ),
    "a doubled entry": ("jade,,north,J,draft\njade,,north,J,draft", "3: entry: expected each once, found 'jade' again"),
}


@pytest.mark.parametrize(("lines", "told"), ENTRIES.values(), ids=ENTRIES)
def test_an_entry_that_can_not_be_is_refused_with_its_line(example, lines, told):
    (example / "entries.csv").write_text(f"entry,number,branch,title,state\n{lines}\n")
    assert refusal(format.read, example) == f"entries.csv:{told}"


TOP = {
    "not JSON": ('{\n"format": 1,\n}', ":3: expected JSON, found Expecting property name enclosed in double quotes"),
    "a list": ("[1]", ": expected a JSON object, found list"),
    "a missing key": ('{"format": 1}', ": keys: expected format, season, digest, draw_seed, found format"),
    "another format": (
        '{"format": 2, "season": "s", "digest": "", "draw_seed": ""}',
        ":1: format: expected 1, found 2",
    ),
    "a doubled key": ('{"format": 1, "format": 1}', ":1: expected each key once, found 'format' twice"),
    "a seed that is no hex": (
        '{"format": 1, "season": "s", "digest": "", "draw_seed": "xyz"}',
        ':1: draw_seed: expected hex digits in pairs, or "", found "xyz"',
    ),
    "no season": (
        '{"format": 1, "season": "", "digest": "", "draw_seed": ""}',
        ':1: season: expected the season\'s key, found ""',
    ),
}


@pytest.mark.parametrize(("text", "told"), TOP.values(), ids=TOP)
def test_a_heading_that_is_not_as_it_should_be_is_refused(example, text, told):
    (example / "bundle.json").write_text(text)
    assert refusal(format.read, example) == f"bundle.json{told}"


OUTCOMES = {
    "an unknown stage": (
        '{"final": {"figures": {}, "facts": {}}}',
        "1: stage: expected entries, vote or result, found 'final'",
    ),
    "an outcome without facts": (
        '{"vote": {"figures": {}}}',
        '1: stage vote: expected figures of entries, and facts, found {"figures": {}}',
    ),
    "a figure as a number": (
        '{"vote": {"figures": {"votes": {"jade": 2}}, "facts": {}}}',
        "1: stage vote: votes: entry jade: expected an exact number as text, such as '7' or '200/3', found 2",
    ),
    "a figure through nothing": (
        '{"vote": {"figures": {"votes": {"jade": "1/0"}}, "facts": {}}}',
        "1: stage vote: votes: entry jade: expected an exact number as text, such as '7' or '200/3', found \"1/0\"",
    ),
    "a number with a point": (
        '{"vote": {"figures": {}, "facts": {"share": 0.5}}}',
        "1: expected numbers that are whole or written as text, such as '1/3', found 0.5",
    ),
}


@pytest.mark.parametrize(("text", "told"), OUTCOMES.values(), ids=OUTCOMES)
def test_an_outcome_that_can_not_be_compared_is_refused(example, text, told):
    (example / "outcome.json").write_text(text)
    assert refusal(format.read, example) == f"outcome.json:{told}"


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (
            "outcomes.json",
            "outcomes.json: expected bundle.json, definition.json, definition.toml, branches.csv, entries.csv, stages, "
            "outcome.json or log, found a file that has no place here",
        ),
        (
            "stages/final/names.csv",
            "stages/final: expected entries, vote or result, found a file that has no place here",
        ),
        (
            "stages/vote/ballot.csv",
            "stages/vote/ballot.csv: expected ballots.csv, roll.csv, voters.csv, weights.csv or box.csv, "
            "found a file that has no place here",
        ),
        (
            "log/tree",
            "log/tree: expected leaves.jsonl, checkpoint, verifier or personal.jsonl, "
            "found a file that has no place here",
        ),
    ],
)
def test_a_file_that_has_no_place_is_refused_and_not_passed_over(example, file, told):
    (example / file).parent.mkdir(exist_ok=True)
    (example / file).write_text("")
    assert refusal(format.read, example) == told


def test_bytes_that_are_not_utf_8_are_refused_with_their_line(example):
    (example / "branches.csv").write_bytes("branch,name\nnorth,N\nsouth,南街\n".encode("gbk"))
    assert refusal(format.read, example) == "branches.csv:3: expected UTF-8, found the byte 0xc4"


def test_a_file_that_is_missing_is_named(example):
    (example / "entries.csv").unlink()
    assert refusal(format.read, example) == "entries.csv: expected this file, found no such file"


def test_there_is_one_definition_only(example):
    (example / "definition.json").write_text("{}")
    assert (
        refusal(format.read, example)
        == "definition.json: expected this file or definition.toml, one of them, found both"
    )


def test_rules_that_can_not_work_are_refused_as_those_of_a_workflow_file(example):
    rules = (example / "definition.toml").read_text(encoding="utf-8")
    (example / "definition.toml").write_text(rules.replace("weight = 100", "weight = 99"), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"^definition\.toml:34: stage result: component"):
        format.read(example)


@pytest.mark.parametrize("name", ["entries.csv", "stages"])
def test_links_out_of_the_folder_are_not_followed(example, tmp_path, name):
    (example / name).rename(tmp_path / "elsewhere")
    (example / name).symlink_to(tmp_path / "elsewhere")
    told = "expected a folder, found none" if name == "stages" else "expected this file, found no such file"
    assert refusal(format.read, example) == f"{name}: {told}"


def test_a_file_beyond_bearing_is_refused_before_it_is_read(example):
    with (example / "branches.csv").open("r+b") as file:
        file.truncate(folder.MAX_BYTES + 1)
    assert refusal(format.read, example) == (
        f"branches.csv: expected at most {folder.MAX_BYTES} bytes, found {folder.MAX_BYTES + 1}"
    )


def test_figures_are_read_exactly(example):
    (example / "outcome.json").write_text('{"vote": {"figures": {"votes": {"jade": "200/3"}}, "facts": {}}}')
    assert format.read(example).outcomes == {"vote": Outcome({"votes": {"jade": Fraction(200, 3)}}, {})}


def test_a_column_that_older_bundles_lack_is_written_only_where_a_row_has_something_in_it() -> None:
    columns, optional = ("entry", "way"), ("way",)
    old, new = [{"entry": "a"}], [{"entry": "a"}, {"entry": "b", "way": "2026-06-30: 95"}]
    assert cells.write(columns, old, optional) == "entry\na\n"
    assert cells.write(columns, new, optional) == "entry,way\na,\nb,2026-06-30: 95\n"
    assert cells.read("entry\na\n", columns, "plan.csv", optional) == ({"entry": "a", "way": ""},)
