"""What must be in several places is in all of them: kinds, events, refusals, texts."""

import ast
import re
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
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
HAN = r"\u4e00-\u9fff"


def test_every_kind_answers_the_engine_plays_and_has_pages() -> None:
    kinds = set(KINDS)
    assert (set(registry.LIFECYCLES), set(registry.PLAYS), set(registry.TASKS)) == (kinds, kinds, kinds)
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


def test_the_chinese_catalogue_has_every_text_of_the_program_translated_and_none_besides() -> None:
    catalogue = _catalogue()
    assert set(catalogue) == _texts()
    assert [text for text, chinese in catalogue.items() if not chinese] == []
    assert not any(message.fuzzy for message in _messages() if message.id) and not _messages().obsolete


def test_every_translation_says_the_facts_of_its_text_and_no_other() -> None:
    facts = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
    other = [text for text, zh in _catalogue().items() if set(facts.findall(text)) != set(facts.findall(zh))]
    assert other == []


def test_chinese_texts_are_set_as_chinese_offices_do() -> None:
    """Full-width marks; numbers and facts close to the Chinese, unless the fact is a code in Latin letters."""
    code = r"(?!%\((?:login|key|value|season|digest|code)\))"
    narrow = re.compile(rf"[{HAN}][,;:!?()]|[,;:!?()][{HAN}]|[{HAN}]\.(?!\w)")
    apart = re.compile(rf"[{HAN}] {code}(?:\d|%\()|\d [{HAN}]|{code}%\(\w+\)s [{HAN}]")
    # Facts between brackets of their own are `%(name)s`: they are no marks of the sentence.
    bare = {text: re.sub(r"%\(\w+\)s", "0", zh) for text, zh in _catalogue().items()}
    assert [zh for zh in bare.values() if narrow.search(zh)] == []
    assert [zh for zh in _catalogue().values() if apart.search(zh)] == []


def test_one_concept_has_one_word_in_chinese() -> None:
    """Words of other systems for what the glossary calls 环节, 评选季, 存证摘要, 投票率, 参评对象."""
    strangers = re.compile("阶段|届次|检查点|参与率|参赛|用户|选手|候选")
    assert [zh for zh in _catalogue().values() if strangers.search(zh)] == []


def test_a_task_is_titled_by_a_text_in_place_or_one_marked_for_the_catalogue() -> None:
    """Else no extraction would find the title, and it would stay English."""
    assert [one for path in PACKAGE.rglob("queries.py") for one in _unmarked_titles(ast.parse(path.read_text()))] == []


def _unmarked_titles(module: ast.Module) -> list[str]:
    nodes = list(ast.walk(module))
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "Task"]
    named = {ast.unparse(call.args[0]) for call in calls if not isinstance(call.args[0], ast.Constant)}
    given = [node.value for node in nodes if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in named]
    branches = [part for value in given for part in _branches(value)]
    return [ast.unparse(part) for part in branches if not ast.unparse(part).startswith("N_(")]


def _branches(value: ast.expr) -> list[ast.expr]:
    return [*_branches(value.body), *_branches(value.orelse)] if isinstance(value, ast.IfExp) else [value]


def _messages() -> Catalog:
    with (TRANSLATIONS / "zh_Hans" / "LC_MESSAGES" / "messages.po").open("rb") as stream:
        return read_po(stream, locale="zh_Hans")


def _catalogue() -> dict[str, str]:
    """{text: Chinese}; of a plural the first form, for Chinese has but one."""
    return {_first(message.id): _first(message.string) for message in _messages() if message.id}


def _first(form: str | Sequence[str] | None) -> str:
    return form if isinstance(form, str) else form[0] if form else ""


def _texts() -> set[str]:
    """Every message id in sources and templates; texts that tables hold are marked by `N_`."""
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    words = {
        "_": None,
        "_l": None,
        "N_": None,
        "say": (2,),
        "say_count": (2, 3),
        "Task": (1,),
        "ngettext": (1, 2),
        "phrase": None,
    }
    return {
        _first(message)
        for folder in (PACKAGE, TEMPLATES)
        for _file, _line, message, _comments, _context in extract_from_dir(folder, methods, keywords=words)
    }


def test_fields_of_a_declaration_have_every_type_documented() -> None:
    text = (DOCS / "workflow-files.md").read_text()
    types = Field.model_fields["type"].annotation.__args__  # type: ignore[union-attr]
    assert [one for one in types if f"`{one}`" not in text] == []
