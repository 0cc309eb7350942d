"""What a bundle comes to, who takes part in it, and how a difference is told."""

import json

import pytest

from evalflow.bundle import format, recount
from evalflow.errors import BundleError


def differences(folder):
    return recount.recount(format.read(folder)).differences


def change(folder, file, old, new):
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def refusal(folder):
    with pytest.raises(BundleError) as refused:
        differences(folder)
    return str(refused.value)


def without_outcome(folder):
    (folder / "outcome.json").unlink()
    return folder


def test_rules_that_are_not_those_pinned_are_refused(example):
    digest = format.read(example).definition.digest
    change(example, "bundle.json", '"digest": ""', f'"digest": "{"0" * 64}"')
    assert refusal(example) == f"bundle.json:1: digest: expected {digest}, that of the rules, found {'0' * 64}"


def test_rules_that_are_those_pinned_are_none(example):
    change(example, "bundle.json", '"digest": ""', f'"digest": "{format.read(example).definition.digest}"')
    assert differences(example) == ()


def test_a_stage_that_the_outcome_does_not_name_was_not_reached(example):
    tree = json.loads((example / "outcome.json").read_text())
    del tree["result"]
    (example / "outcome.json").write_text(json.dumps(tree))
    recounted = recount.recount(format.read(example))
    assert (list(recounted.outcomes), recounted.differences) == (["entries", "vote"], ())


def test_without_an_outcome_the_stages_with_a_folder_are_recounted(example):
    recounted = recount.recount(format.read(without_outcome(example)))
    assert (list(recounted.outcomes), recounted.differences) == (["entries", "vote"], ())


def test_a_stage_can_not_be_recounted_without_the_one_it_builds_on(example):
    tree = json.loads((example / "outcome.json").read_text())
    del tree["vote"]
    (example / "outcome.json").write_text(json.dumps(tree))
    told = "expected the outcome of vote too, on which a later one rests, found none"
    assert refusal(example) == f"outcome.json: stage result: stages: {told}"


@pytest.mark.parametrize("state", ["rejected", "withdrawn", "draft", "submitted", "returned"])
def test_an_entry_that_was_not_accepted_takes_part_in_no_stage(example, state):
    without_outcome(example)
    change(example, "entries.csv", "Pine Gate,accepted", f"Pine Gate,{state}")
    change(example, "stages/entries/submissions.csv", "pine,1,accepted", f"pine,1,{state}")
    change(example, "stages/vote/ballots.csv", "jade|lotus|pine", "jade|lotus")
    outcomes = recount.recount(format.read(example)).outcomes
    assert outcomes["entries"].facts["accepted"] == ["jade", "lotus"]
    assert outcomes["vote"].figures == {"votes": {"jade": 3, "lotus": 3}}


def test_evidence_on_an_entry_that_does_not_take_part_is_refused(example):
    change(example, "entries.csv", "Pine Gate,accepted", "Pine Gate,withdrawn")
    assert refusal(example) == "stages/vote/ballots.csv:5: choices: expected jade or lotus, found 'pine'"


def test_the_order_of_presentation_is_that_of_the_numbers(example):
    """Jade and Lotus tie for the seat; the earlier number decides."""
    change(example, "entries.csv", "jade,1,", "jade,9,")
    assert recount.recount(format.read(example)).outcomes["result"].facts["decided"] == [{"entry": "lotus", "place": 1}]


def test_a_complaint_names_the_line_of_the_file_even_after_cells_of_several_lines(example):
    change(example, "stages/vote/ballots.csv", "b1,jade|lotus,1", '"b\n1",jade|lotus,1')
    change(example, "stages/vote/ballots.csv", "b3,jade,1", "b3,jade,one")
    assert refusal(example) == "stages/vote/ballots.csv:5: votes: expected a whole number, found 'one'"


def test_later_stages_stand_on_what_was_recounted_and_not_on_what_was_stored(example):
    change(example, "outcome.json", '"lotus": "2", "pine": "0"', '"lotus": "3", "pine": "0"')
    assert differences(example) == ("stage vote: votes: entry lotus: 3 stored, 2 recounted",)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"pine": "0"}', '"pine": "0", "oak": "1"}', "stage vote: votes: entry oak: 1 stored, nothing recounted"),
        (', "pine": "0"}', "}", "stage vote: votes: entry pine: nothing stored, 0 recounted"),
        ('"lotus": "2", "pine": "0"', '"lotus": "4/2", "pine": "0"', None),
        ('"valid": 3', '"valid": 4', "stage vote: valid: 4 stored, 3 recounted"),
        ('"void": false', '"void": 0', "stage vote: void: 0 stored, false recounted"),
        ('"winners": ["jade"]', '"winners": []', 'stage result: cut.winners: [] stored, ["jade"] recounted'),
        ('"seats": 1,', '"seats": 1, "note": "x",', "stage result: note: x stored, nothing recounted"),
        (
            '{"entry": "pine", "place": 3,',
            '{"entry": "oak", "place": 3,',
            "stage result: ranking.2.entry: oak stored, pine recounted",
        ),
    ],
)
def test_every_part_of_a_stored_outcome_is_compared(example, old, new, told):
    change(example, "outcome.json", old, new)
    assert differences(example) == ((told,) if told else ())


def test_the_printed_json_is_what_the_bundle_stores(example):
    bundle = format.read(example)
    assert recount.as_json(recount.recount(bundle)) == format.texts(bundle)["outcome.json"]
