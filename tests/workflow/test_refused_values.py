"""Values that can't stand where they stand: the complaint says what would fit, in words and in one line."""

import pytest

from tests.workflow.small import misprinted

FORM_END = 'label = { zh = "名称" }, required = true }]'


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("min_entries = 4", 'min_entries = "4"', 'stage vote: min_entries: expected a whole number, found "4"'),
        ("seats = 3", "seats = true", "stage meeting: seats: expected a whole number, found true"),
        ("seats = 3", "seats = 3.0", "stage meeting: seats: expected a whole number, found 3.0"),
        ("seats = 3", "seats = 1001", "stage meeting: seats: expected 1000 or less, found 1001"),
        ("seats = 3", 'seats = 3\nreopen = "no"', 'stage meeting: reopen: expected true or false, found "no"'),
        (
            'title = { zh = "研究" }',
            'title = "研究"',
            'stage meeting: title: expected { zh = "…", en = "…" }, found "研究"',
        ),
        ('title = { zh = "研究" }', 'title = { zh = "" }', 'stage meeting: title.zh: expected some text, found ""'),
        ('kind = "ballot"', 'kind = ["ballot"]', 'stage vote: kind: expected text, found ["ballot"]'),
        ("choose = { min = 1, max = 3 }", "choose = 3", "stage vote: choose: expected a table, found 3"),
        (
            'tie_break = ["peers", "motion"]',
            'tie_break = "peers"',
            'stage meeting: tie_break: expected a list, found "peers"',
        ),
        (
            'starts = "03-02"',
            'starts = "March 2nd"',
            'workflow: starts: expected a day of every year as MM-DD, found "March 2nd"',
        ),
        (
            'key = "vote"',
            'key = "Vote 2026"',
            "stage Vote 2026: key: expected a key: a small letter first, then small letters, digits, - and _, "
            '40 in all, found "Vote 2026"',
        ),
        (
            'key = "vote"',
            'key = "vote\\nsmall.toml: all is well"',
            "stage vote\\nsmall.toml: all is well: key: expected a key: a small letter first, then small letters, "
            'digits, - and _, 40 in all, found "vote\\nsmall.toml: all is well"',
        ),
    ],
    ids=[
        "a number as text",
        "yes for a number",
        "a number with a point",
        "a number that is too high",
        "no as text",
        "a title in no language",
        "an empty title",
        "two kinds",
        "a number for a table",
        "text for a list",
        "a day in words",
        "a key with capitals",
        "a key that feigns a line of its own",
    ],
)
def test_a_value_of_another_type(right: str, wrong: str, expected: str) -> None:
    assert misprinted(right, wrong) == f"small.toml: {expected}"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('type = "choice"', "choices exactly where type is choice, found"),
        (
            'type = "choice", choice = [{ key = "x", label = { zh = "一" } }, { key = "x", label = { zh = "二" } }]',
            "each choice key once, found",
        ),
        ('type = "number", min = 5, max = 1', "min not above max, found"),
    ],
    ids=["a choice of nothing", "a choice that stands twice", "a number above its highest and below its lowest"],
)
def test_a_field_nobody_could_fill_in(field: str, expected: str) -> None:
    found = misprinted(FORM_END, f'{FORM_END[:-1]}, {{ key = "b", label = {{ zh = "又" }}, {field} }}]')
    assert found.startswith(f"small.toml: stage declaration: field.1: expected {expected}")
