"""`evalflow workflow …`: check, show and describe workflow files."""

import json
import sys
from pathlib import Path

import click

from evalflow.analysis import counting
from evalflow.bundle.reference import reference as evidence_tables
from evalflow.cli.telling import flaws, terminal_locale
from evalflow.config import WORKFLOWS
from evalflow.errors import DefinitionError, Flaw
from evalflow.i18n import phrase, translations
from evalflow.kinds import KINDS, ballot_check
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition
from evalflow.workflow.drawing import mermaid
from evalflow.workflow.reference import reference as option_tables
from evalflow.workflow.schema import json_schema
from evalflow.workflow.telling import tell

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def read_file(path: Path) -> Definition:
    """DefinitionError for one that can't work, or that is no text."""
    try:
        return reader.read(path.read_text(encoding="utf-8"), KINDS, file=str(path))
    except UnicodeDecodeError as wrong:
        raise DefinitionError((Flaw(str(path), "", "(encoding)", "UTF-8", wrong.reason),)) from None


@click.group()
def workflow() -> None:
    """Check, show and describe workflow files."""


@workflow.command()
@click.argument("files", nargs=-1, type=FILE)
@click.option("--branches", type=click.IntRange(1, 100_000), help="How many branches hand in: is there room for all?")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Left out: the terminal's language.")
def check(files: tuple[Path, ...], branches: int | None, lang: str | None) -> None:
    """Say what is wrong with workflow files.

    Without FILES all shipped ones are checked. Exit 1 if anything is wrong.
    """
    locale = {"zh": "zh_Hans", "en": "en", None: terminal_locale()}[lang]
    flawed = False
    for path in files or sorted(WORKFLOWS.glob("*.toml")):
        try:
            definition = read_file(path)
            if branches is not None:
                _check_room(definition, branches, path)
        except DefinitionError as error:
            flawed = True
            click.echo(flaws(error, locale))
        else:
            click.echo(f"{path}: {definition.key}, {_stages(definition, locale)}, {definition.digest[:12]}")
    sys.exit(1 if flawed else 0)


def _check_room(definition: Definition, branches: int, path: Path) -> None:
    """DefinitionError where more entries may come than a ballot paper holds."""
    crowd = ballot_check.crowd(definition, branches)
    if crowd is not None:
        most = phrase("at most %(most)s entries on a ballot paper", most=crowd.most)
        found = phrase("%(found)s (branches: %(branches)s, each: %(each)s)", branches=branches, **crowd.numbers)
        raise DefinitionError((Flaw(str(path), crowd.stage.key, "entry.per_owner", most, found),))


def _stages(definition: Definition, locale: str) -> str:
    number = len(definition.stages)
    return translations(locale).ngettext("%(number)s stage", "%(number)s stages", number) % {"number": number}


@workflow.command()
@click.argument("file", type=FILE)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--diagram", is_flag=True, help="A mermaid diagram of the states instead of words.")
def show(file: Path, lang: str, diagram: bool) -> None:
    """Tell a workflow's stages and rules in words."""
    definition = read_file(file)
    locale = "en" if lang == "en" else "zh_Hans"
    click.echo(mermaid(definition, locale) if diagram else tell(definition, KINDS, locale))


@workflow.command()
def schema() -> None:
    """Print the JSON Schema of workflow files, for editors."""
    click.echo(json.dumps(json_schema(KINDS), ensure_ascii=False, indent=2))


@workflow.command()
@click.option(
    "--into", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Write them into DIR's pages."
)
def reference(into: Path | None) -> None:
    """Print the handbook's tables made from the code.

    Options, evidence, rules of counting.
    """
    options, evidence, rules = option_tables(KINDS, counting.anchors()), evidence_tables(KINDS), counting.reference()
    if into is None:
        click.echo(f"{options}\n{evidence}\n{rules}", nl=False)
        return
    _put(into / "workflow-files.md", "reference", options)
    _put(into / "bundle.md", "tables", evidence)
    _put(into / "counting.md", "rules", rules)


def _put(page: Path, mark: str, tables: str) -> None:
    """Replace what stands between the page's two marks."""
    before, _, rest = page.read_text(encoding="utf-8").partition(f"<!-- {mark} -->\n")
    _, end, after = rest.partition(f"<!-- end of {mark} -->")
    page.write_text(f"{before}<!-- {mark} -->\n\n{tables.strip()}\n\n{end}{after}", encoding="utf-8")


COMMANDS = (workflow,)
