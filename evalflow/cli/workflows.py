"""`evalflow workflow …`: check, show and describe workflow files."""

import json
import sys
from pathlib import Path

import click

from evalflow.analysis import counting
from evalflow.bundle.reference import reference as evidence_tables
from evalflow.config import WORKFLOWS
from evalflow.errors import DefinitionError
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition
from evalflow.workflow.drawing import mermaid
from evalflow.workflow.reference import reference as option_tables
from evalflow.workflow.schema import json_schema
from evalflow.workflow.telling import tell

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def read_file(path: Path) -> Definition:
    return reader.read(path.read_text(encoding="utf-8"), KINDS, file=str(path))


@click.group()
def workflow() -> None:
    """Check, show and describe workflow files."""


@workflow.command()
@click.argument("files", nargs=-1, type=FILE)
def check(files: tuple[Path, ...]) -> None:
    """Say what is wrong with workflow files.

    Without FILES all shipped ones are checked. Exit 1 if anything is wrong.
    """
    flawed = False
    for path in files or sorted(WORKFLOWS.glob("*.toml")):
        try:
            definition = read_file(path)
        except DefinitionError as error:
            flawed = True
            click.echo(str(error))
        except UnicodeDecodeError as error:
            flawed = True
            click.echo(f"{path}: workflow: (encoding): expected UTF-8, found {error.reason}")
        else:
            click.echo(f"{path}: {definition.key}, {len(definition.stages)} stages, {definition.digest[:12]}")
    sys.exit(1 if flawed else 0)


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
