"""What must be in several places is in all of them: kinds, events, refusals, texts."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from evalflow import app, registry
from evalflow.config import TEMPLATES, TRANSLATIONS, WORKFLOWS
from evalflow.kinds import KINDS
from evalflow.web.refusals import SENTENCES
from evalflow.workflow import reader
from evalflow.workflow.fields import Field

PACKAGE = Path(app.__file__).parent
DOCS = PACKAGE.parent / "docs"


def test_every_kind_answers_the_engine_plays_and_has_pages() -> None:
    kinds = set(KINDS)
    assert (set(registry.LIFECYCLES), set(registry.PLAYS), set(app.TASKS)) == (kinds, kinds, kinds)
    assert kinds <= {blueprint.name for blueprint in app.BLUEPRINTS}


def test_every_kind_is_played_by_a_shipped_workflow_or_a_workflow_of_the_tests() -> None:
    files = [*WORKFLOWS.glob("*.toml"), *(Path(__file__).parents[1]).rglob("*.toml")]
    used = {stage.kind for path in files for stage in reader.read(path.read_text(), KINDS, file=path.name).stages}
    assert used == set(KINDS)


def test_every_kind_has_its_section_in_the_handbook_of_workflow_files() -> None:
    text = (DOCS / "workflow-files.md").read_text()
    assert [name for name in KINDS if f"\n### `{name}`" not in text] == []


def test_every_event_type_has_one_name_of_the_form_thing_dot_past_and_both_languages() -> None:
    names = [one.name for one in registry.EVENT_TYPES]
    assert sorted(set(names)) == sorted(names)
    assert [one.name for one in registry.EVENT_TYPES if not re.fullmatch(r"[a-z_]+\.[a-z_]+", one.name)] == []
    assert [one.name for one in registry.EVENT_TYPES if not (one.zh and one.en)] == []


def test_every_event_type_declared_anywhere_is_registered() -> None:
    declared = set()
    for path in PACKAGE.rglob("events.py"):
        declared |= set(re.findall(r'EventType\(\s*"([a-z_.]+)"', path.read_text()))
    assert declared == {one.name for one in registry.EVENT_TYPES}


def test_every_refusal_raised_has_a_sentence() -> None:
    raised = set()
    for path in PACKAGE.rglob("*.py"):
        raised |= set(
            re.findall(r'\b(?:Conflict|Invalid|Forbidden|NotFound|TooMany)\(\s*"([a-z_]+)"', path.read_text())
        )
    assert sorted(raised - set(SENTENCES)) == []


def test_every_text_of_the_program_is_translated() -> None:
    with (TRANSLATIONS / "zh_Hans" / "LC_MESSAGES" / "messages.po").open("rb") as stream:
        catalogue = read_po(stream, locale="zh_Hans")
    translated = {str(message.id) for message in catalogue if message.id and message.string and not message.fuzzy}
    assert sorted(_texts() - translated) == []


def test_no_translation_loses_a_fact_of_its_sentence() -> None:
    with (TRANSLATIONS / "zh_Hans" / "LC_MESSAGES" / "messages.po").open("rb") as stream:
        catalogue = read_po(stream, locale="zh_Hans")
    facts = re.compile(r"%\(([a-z_]+)\)s")
    lost = [m.id for m in catalogue if m.id and set(facts.findall(str(m.id))) != set(facts.findall(str(m.string)))]
    assert lost == []


def _texts() -> set[str]:
    """Every message id in sources and templates; texts that tables hold are marked by `N_`."""
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    keywords = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "N_": None, "say": (2,), "Task": (1,)}
    found = set()
    for folder in (PACKAGE, TEMPLATES):
        for _file, _line, message, _comments, _context in extract_from_dir(folder, methods, keywords=keywords):
            found.add(message if isinstance(message, str) else message[0])
    return found


def test_fields_of_a_declaration_have_every_type_documented() -> None:
    text = (DOCS / "workflow-files.md").read_text()
    types = Field.model_fields["type"].annotation.__args__  # type: ignore[union-attr]
    assert [one for one in types if f"`{one}`" not in text] == []
