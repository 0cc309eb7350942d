"""A workflow told in words: complete, in both languages, nothing left unsaid or untranslated."""

import re

import pytest

from evalflow.config import WORKFLOWS
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition
from evalflow.workflow.schema import json_schema
from evalflow.workflow.telling import tell, tell_stage
from tests.workflow.small import SMALL

LOCALES = ("zh_Hans", "en")
FILES = sorted(WORKFLOWS.glob("*.toml"))
SHIPPED = [reader.read(path.read_text("utf-8"), KINDS, file=path.name) for path in FILES]
BRANDS = next(definition for definition in SHIPPED if definition.key == "brand-selection")
FIRST_STAGE = 'opens = "start"\ncloses = "start + 9 days"'


def window(rules: str, locale: str) -> list[str]:
    """How the first stage of the small workflow is told to open and close, by these rules."""
    assert SMALL.count(FIRST_STAGE) == 1
    definition = reader.read(SMALL.replace(FIRST_STAGE, rules), KINDS, file="small.toml")
    return tell_stage(definition.stages[0], KINDS, locale)[:-2]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("definition", SHIPPED, ids=lambda definition: str(definition.key))
def test_every_stage_of_a_shipped_workflow_is_told_by_number_title_and_kind(
    definition: Definition, locale: str
) -> None:
    before, after = ("（", "）") if locale == "zh_Hans" else (" (", ")")
    numbered = [line for line in tell(definition, KINDS, locale).split("\n") if re.match(r"[0-9]+\. ", line)]
    assert numbered == [
        f"{number}. {stage.rule.title.to(locale)}{before}{KINDS[stage.kind].title.to(locale)}{after}"
        for number, stage in enumerate(definition.stages, 1)
    ]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("definition", SHIPPED, ids=lambda definition: str(definition.key))
def test_nothing_is_told_with_a_gap_in_it(definition: Definition, locale: str) -> None:
    told = tell(definition, KINDS, locale)
    assert re.findall(r"%\(|\{|\}|None|<[a-z]", told) == []
    assert f"SHA-256 {definition.digest}" in told.split("\n")


def test_what_is_told_in_chinese_is_chinese() -> None:
    """Latin letters stand only where Chinese offices write them, too."""
    for stage in BRANDS.stages:
        for sentence in tell_stage(stage, KINDS, "zh_Hans"):
            quoted = re.sub("“[^”]*”", "", sentence)  # keys of other stages
            assert set(re.findall("[A-Za-z]+", quoted)) <= {"Cookie"}, sentence


def test_stages_that_rules_refer_to_are_called_by_their_titles() -> None:
    keys = [stage.key for stage in BRANDS.stages]
    for locale in LOCALES:
        told = tell(BRANDS, KINDS, locale)
        assert [key for key in keys if f"“{key}”" in told] == []


def test_the_head_says_how_entries_move() -> None:
    apart = reader.read(SMALL.replace('"together"', '"apart"'), KINDS, file="small.toml")
    together = reader.read(SMALL, KINDS, file="small.toml")
    assert tell(together, KINDS, "en").split("\n")[:3] == [
        "Small",
        "=" * 40,
        "All entries go through the stages together.",
    ]
    assert tell(apart, KINDS, "zh_Hans").split("\n")[:3] == ["小", "=" * 40, "每个参评对象各自经过各环节。"]


@pytest.mark.parametrize(
    ("rules", "en", "zh"),
    [
        ('opens = "start"', "Opens: the season's first day.", "开始：评选季首日。"),
        ('opens = "03-05 09:30"', "Opens: 03-05, 09:30.", "开始：03-05 09:30。"),
        ('opens = "start + 2 weeks"', "Opens: 2 weeks after the season's first day.", "开始：评选季首日后2周。"),
        ('opens = "03-05 - 1 day"', "Opens: 1 day before 03-05.", "开始：03-05前1天。"),
        (
            'opens = "start + 1 working day"',
            "Opens: 1 working day after the season's first day.",
            "开始：评选季首日后1个工作日。",
        ),
        (
            'opens = "start + 3 working days 08:00"',
            "Opens: 3 working days after the season's first day, 08:00.",
            "开始：评选季首日后3个工作日 08:00。",
        ),
    ],
)
def test_a_moment_as_people_are_told_it(rules: str, en: str, zh: str) -> None:
    assert window(rules, "en") == [en, "Is closed by the organiser."]
    assert window(rules, "zh_Hans") == [zh, "由组织者手动截止。"]


def test_a_stage_says_what_it_needs_and_whether_it_may_open_again() -> None:
    assert window('opens = "start"\ncloses = "opening + 2 weeks"\nmin_entries = 4\nreopen = true', "en") == [
        "Opens: the season's first day.",
        "Closes: 2 weeks after the opening of this stage.",
        "Opens once there are enough entries: at least 4.",
        "May be reopened, with a reason that is logged.",
    ]


def test_the_schema_refers_only_to_what_it_defines_and_lets_no_unknown_key_in() -> None:
    schema = json_schema(KINDS)
    text = str(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {f"#/$defs/{name}" for name in schema["$defs"]} == set(re.findall(r"#/\$defs/\w+", text))
    tables = [schema, *schema["$defs"].values(), *schema["properties"]["stage"]["items"]["oneOf"]]
    assert [table["title"] for table in tables if table.get("additionalProperties") is not False] == []
    for table in tables:
        assert set(table.get("required", ())) <= set(table["properties"])


def test_every_option_of_every_kind_is_in_the_schema_by_the_name_files_give_it() -> None:
    shapes = {
        shape["properties"]["kind"]["const"]: shape
        for shape in json_schema(KINDS)["properties"]["stage"]["items"]["oneOf"]
    }
    for name, kind in KINDS.items():
        options = {field.alias or key for key, field in kind.options.model_fields.items()}
        assert options <= set(shapes[name]["properties"])
