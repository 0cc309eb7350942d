"""One season's evidence under several rules: what each comes to, who enters and leaves, and what can't be compared."""

from dataclasses import replace
from pathlib import Path

import pytest

from evalflow.analysis import samples, variants
from evalflow.analysis.preview import Column, Misfit, Seat, Unfit, preview
from evalflow.analysis.variants import Change, What
from evalflow.bundle import format
from evalflow.bundle.format import Bundle
from evalflow.bundle.recount import recount
from evalflow.config import WORKFLOWS
from evalflow.errors import DefinitionError
from evalflow.kinds import KINDS, electing
from evalflow.workflow import reader

RULES = """
format = 1
key    = "gardens"
title  = { zh = "花园评选", en = "Best gardens" }
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
choose = { min = 1, max = 12 }

[[stage]]
key       = "peers"
kind      = "scoring"
title     = { zh = "互评", en = "Peers" }
raters    = "each_branch"
aggregate = { method = "trimmed_mean", trim_when_more_than = 5 }
  [[stage.criterion]]
  key    = "growth"
  weight = 100
  label  = { zh = "长势", en = "Growth" }

[[stage]]
key   = "result"
kind  = "decision"
title = { zh = "结果", en = "Result" }
seats = 10
  [[stage.component]]
  from   = "vote"
  as     = "rank_points"
  weight = 40
  [[stage.component]]
  from   = "peers"
  as     = "score"
  weight = 60
"""
DEFINITION = reader.read(RULES, KINDS, file="rules.toml")
NUMBERS = range(1, 13)


def points(entry: int, rater: int) -> int:
    """92, 90, … down to 76 for the ninth; the tenth has 71 of all, the eleventh 70 and once 100, the twelfth 10."""
    if entry == 11:
        return 100 if rater == 1 else 70
    return {10: 71, 12: 10}.get(entry, 94 - 2 * entry)


@pytest.fixture
def bundle() -> Bundle:
    """Twelve gardens, each scored by the eleven other branches; one voter named them all, so votes decide nothing."""
    keys = [f"e{number:02}" for number in NUMBERS]
    sheets = [
        {"rater": f"b{rater:02}", "entry": f"e{entry:02}", "criterion": "growth", "points": str(points(entry, rater))}
        for rater in NUMBERS
        for entry in NUMBERS
        if rater != entry
    ]
    return Bundle(
        season="gardens-2025",
        digest="",
        draw_seed="",
        definition=DEFINITION,
        branches=tuple(format.BranchLine(f"b{number:02}", "") for number in NUMBERS),
        entries=tuple(format.EntryLine(f"e{n:02}", n, f"b{n:02}", f"Garden {n}", "accepted") for n in NUMBERS),
        tables={
            "entries": {"submissions": [{"entry": key, "revision": "1", "state": "accepted"} for key in keys]},
            "vote": {
                "ballots": [{"ballot": "1", "choices": "|".join(keys), "votes": "1"}],
                "roll": [{"branch": "b01", "electors": "2", "voted": "1"}],
            },
            "peers": {"sheets": sheets},
            "result": {},
        },
        outcomes=None,
    )


def column(bundle: Bundle, change: Change) -> Column:
    found = preview(bundle, {"now": DEFINITION, change: variants.altered(DEFINITION, change)}).columns[change]
    assert isinstance(found, Column)
    return found


def test_without_trimming_one_high_mark_puts_the_eleventh_in_and_the_tenth_out(bundle: Bundle) -> None:
    """Trimmed, the eleventh has 70 and 82 in all, the tenth 71 and 82.6; the mean of ten 70 and one 100 is 72.73."""
    mean = Change(What.AGGREGATE, "peers", "mean")
    found = preview(bundle, {"now": DEFINITION, "mean": variants.altered(DEFINITION, mean)})
    now, other = found.columns["now"], found.columns["mean"]
    assert isinstance(now, Column) and isinstance(other, Column)
    assert (str(now.standings["e10"].score), str(now.standings["e11"].score)) == ("82.60", "82.00")
    assert (str(other.standings["e10"].score), str(other.standings["e11"].score)) == ("82.60", "83.64")
    assert now.winners == tuple(f"e{number:02}" for number in range(1, 11))
    assert (now.came, now.left) == ((), ())
    assert (other.winners, other.came, other.left) == ((*now.winners[:9], "e11"), ("e11",), ("e10",))
    assert {entry: one.moved for entry, one in other.standings.items() if one.moved} == {"e11": 1, "e10": -1}
    assert found.entries == (*now.winners, "e11", "e12")


def test_every_variant_comes_to_what_a_recount_by_its_rules_comes_to() -> None:
    sample = samples.sample(DEFINITION, branches=14)
    rules: dict[object, reader.Definition] = {"now": DEFINITION, **variants.variants(DEFINITION)}
    shown = preview(sample, rules)
    for name, found in shown.columns.items():
        assert isinstance(found, Column)
        outcomes = recount(replace(sample, definition=rules[name], tables={**sample.tables, "result": {}})).outcomes
        places = {entry: int(place) for entry, place in outcomes["result"].figures["place"].items()}
        assert {entry: one.place for entry, one in found.standings.items()} == places
        assert list(found.winners) == outcomes["result"].facts["cut"]["winners"]
    orders = {tuple(found.standings) for found in shown.columns.values() if isinstance(found, Column)}
    assert len(orders) > len(rules) // 2, "a sample in which rules make no difference shows nothing"


def test_offered_is_every_other_rule_that_fits_and_never_the_one_in_force() -> None:
    keys = {change.key for change in variants.variants(DEFINITION)}
    assert {
        "points.vote.share_of_votes",
        "points.vote.share_of_maximum",
        "points.vote.approvals_over_electors",
        "aggregate.peers.mean",
        "aggregate.peers.median",
        "level.peers.on",
        "rounding.result.after",
    } <= keys
    assert not keys & {"points.vote.rank_points", "points.vote.mean_of_grades", "aggregate.peers.trimmed_mean"}


def test_a_variant_differs_in_its_change_alone_and_has_a_digest_of_its_own() -> None:
    changed = variants.altered(DEFINITION, Change(What.AGGREGATE, "peers", "median"))
    by_hand = RULES.replace('{ method = "trimmed_mean", trim_when_more_than = 5 }', '{ method = "median" }')
    assert changed == reader.read(by_hand, KINDS, file="rules.toml")
    assert changed.digest != DEFINITION.digest


@pytest.mark.parametrize("weights", [(50, 60), (100, 0), (100,), (-20, 120)])
def test_weights_that_a_workflow_file_could_not_have_are_refused(weights: tuple[int, ...]) -> None:
    with pytest.raises(DefinitionError):
        variants.altered(DEFINITION, variants.weighted(DEFINITION, weights))


def test_other_weights_are_those_of_the_parts_in_their_order(bundle: Bundle) -> None:
    """The ninth has 76 from its peers and 100 for its votes: 30 % of 100 and 70 % of 76 are 83.2."""
    found = column(bundle, variants.weighted(DEFINITION, (30, 70)))
    assert str(found.standings["e09"].score) == "83.20"


def test_a_tie_at_the_last_seat_is_shown_as_one_and_is_neither_in_nor_out(bundle: Bundle) -> None:
    """By the median the eleventh has 70; a point more for it, and it ties with the tenth."""
    sheets = [
        {**row, "points": "71"} if (row["entry"], row["points"]) == ("e11", "70") else row
        for row in bundle.tables["peers"]["sheets"]
    ]
    tied = replace(bundle, tables={**bundle.tables, "peers": {"sheets": sheets}})
    found = column(tied, Change(What.AGGREGATE, "peers", "median"))
    last = [(one.entry, one.place, one.tied, one.seat) for one in found.standings.values()][9:]
    assert last == [("e10", 10, True, Seat.TIED), ("e11", 10, True, Seat.TIED), ("e12", 12, False, Seat.OUT)]


UNFIT = {
    "no decision": ('[[stage]]\nkey   = "result"', None, Unfit(Misfit.NO_DECISION, "")),
    "another name of a stage": ("peers", "juries", Unfit(Misfit.NO_EVIDENCE, "juries")),
    "another rubric": ('key    = "growth"', 'key    = "scent"', Unfit(Misfit.OTHER_RUBRIC, "peers")),
    "another scale": (
        "weight = 100\n  label",
        "weight = 100\n  max = 10\n  label",
        Unfit(Misfit.OTHER_RUBRIC, "peers"),
    ),
    "another paper": (
        'method = "approval"\nchoose = { min = 1, max = 12 }',
        'method = "score"\npoints = 5',
        Unfit(Misfit.OTHER_BALLOT, "vote"),
    ),
}


@pytest.mark.parametrize(("old", "new", "told"), UNFIT.values(), ids=UNFIT)
def test_rules_for_another_kind_of_evidence_are_refused_with_the_reason(
    bundle: Bundle, old: str, new: str | None, told: Unfit
) -> None:
    assert old in RULES
    text = RULES.partition(old)[0] if new is None else RULES.replace(old, new)
    other = reader.read(text, KINDS, file="other.toml")
    found = preview(bundle, {"other": other, "now": DEFINITION})
    assert found.columns["other"] == told
    assert isinstance(found.columns["now"], Column)


def test_evidence_that_can_not_be_recounted_says_so_in_the_words_of_a_recount(bundle: Bundle) -> None:
    sheets = [*bundle.tables["peers"]["sheets"], {"rater": "x", "entry": "e01", "criterion": "growth", "points": "1"}]
    broken = replace(bundle, tables={**bundle.tables, "peers": {"sheets": sheets}})
    (found,) = preview(broken, {"now": DEFINITION}).columns.values()
    line = len(sheets) + 1
    known = ", ".join(f"b{number:02}" for number in range(1, 12))
    told = f"stages/peers/sheets.csv:{line}: rater: expected {known} or b12, found 'x'"
    assert found == Unfit(Misfit.BROKEN, "result", told)


def test_a_running_vote_without_evidence_is_not_invented(bundle: Bundle) -> None:
    tables = {key: part for key, part in bundle.tables.items() if key != "vote"}
    (found,) = preview(replace(bundle, tables=tables), {"now": DEFINITION}).columns.values()
    assert found == Unfit(Misfit.NO_EVIDENCE, "vote")


def test_nobody_takes_part_and_nothing_breaks(bundle: Bundle) -> None:
    empty = replace(bundle, entries=(), tables=dict.fromkeys(bundle.tables, {}))
    found = preview(empty, {"now": DEFINITION})
    assert (found.entries, found.titles) == ((), {})


def test_the_same_rules_have_the_same_sample_and_it_recounts(tmp_path: Path) -> None:
    sample = samples.sample(DEFINITION, branches=7)
    assert sample == samples.sample(DEFINITION, branches=7)
    format.write(sample, tmp_path / "sample")
    outcomes = recount(format.read(tmp_path / "sample")).outcomes
    facts = outcomes["vote"].facts
    assert (facts["valid"], facts["void"]) == (facts["cast"], False)
    assert len(outcomes["peers"].figures["score"]) == 7


GRADES = """[
  { key = "good", label = { zh = "好", en = "Good" }, worth = 100 },
  { key = "poor", label = { zh = "差", en = "Poor" }, worth = 40 },
]"""
PAPERS = {
    "plurality": "",
    "score": "points = 10",
    "cumulative": "points = 10",
    "grade": f"grade = {GRADES}",
    "positional": "ranks = [12, 10, 8, 7]",
    "star": "points = 5",
    "schulze": "equal_ranks = true",
    "instant_runoff": "",
    "stv": "seats = 10",
    "meek": "seats = 10",
}


@pytest.mark.parametrize("method", sorted(electing.METHODS.keys() | {"plurality"}))
def test_invented_ballots_are_valid_by_every_method(method: str) -> None:
    vote = f'method = "{method}"\n{PAPERS[method]}'
    rules = RULES.replace('method = "approval"\nchoose = { min = 1, max = 12 }', vote)
    definition = reader.read(rules, KINDS, file="rules.toml")
    sample = samples.sample(definition, branches=11)
    outcome = recount(sample).outcomes["vote"]
    assert (outcome.facts["invalid"], outcome.facts["abstentions"], outcome.facts["void"]) == (0, 0, False)
    shown = preview(sample, {"now": definition, **variants.variants(definition)})
    assert [column for column in shown.columns.values() if isinstance(column, Unfit)] == []


RANKED = {"schulze", "instant_runoff", "stv", "meek"}
COUNTED_OTHERWISE = {
    **{method: RANKED - {method} for method in RANKED},
    "score": {"star"},
    "star": {"score"},
    "plurality": set(),
    "cumulative": set(),
    "grade": set(),
    "positional": set(),
}


def voting(method: str, options: str) -> reader.Definition:
    vote = f'method = "{method}"\n{options}'
    rules = RULES.replace('method = "approval"\nchoose = { min = 1, max = 12 }', vote)
    return reader.read(rules, KINDS, file="rules.toml")


@pytest.mark.parametrize("method", sorted(COUNTED_OTHERWISE))
def test_ballots_are_counted_by_every_other_method_that_has_the_same_paper(method: str) -> None:
    """Each as a recount of the same ballots by its rules, with no ballot lost."""
    definition = voting(method, PAPERS[method].replace("equal_ranks = true", ""))
    sample = samples.sample(definition, branches=14)
    found = {one.value: rules for one, rules in variants.variants(definition).items() if one.what is What.METHOD}
    assert found.keys() == COUNTED_OTHERWISE[method]
    for rules in found.values():
        outcome = recount(replace(sample, definition=rules, tables={**sample.tables, "result": {}})).outcomes["vote"]
        assert (outcome.facts["invalid"], outcome.facts["void"]) == (0, False)
        assert isinstance(preview(sample, {"now": rules}).columns["now"], Column)


@pytest.mark.parametrize("own", ["equal_ranks = true", "no_opinion = true", 'default = { title = { zh = "都不" } }'])
def test_no_other_method_is_offered_where_the_paper_has_what_only_its_own_can_count(own: str) -> None:
    found = variants.variants(voting("schulze", own))
    assert [one for one in found if one.what is What.METHOD] == []


def test_a_transferable_vote_elects_as_many_as_the_decision_has_seats() -> None:
    rules = variants.altered(voting("schulze", ""), Change(What.METHOD, "vote", "stv"))
    assert rules == voting("stv", "seats = 10")


@pytest.mark.parametrize("file", sorted(path.name for path in WORKFLOWS.glob("*.toml")))
def test_every_shipped_file_can_be_tried_on_invented_evidence(file: str) -> None:
    definition = reader.read((WORKFLOWS / file).read_text(encoding="utf-8"), KINDS, file=file)
    shown = preview(samples.sample(definition), {"now": definition, **variants.variants(definition)})
    columns = list(shown.columns.values())
    assert [column for column in columns if isinstance(column, Unfit)] == []
    assert len({tuple(column.standings) for column in columns if isinstance(column, Column)}) > 1
