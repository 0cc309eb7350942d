"""`evalflow rehearse`: a whole year of any workflow with simulated users, its documents, its bundle, its dead ends."""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click
from sqlalchemy.orm import Session

from evalflow.analysis.workbook import workbook
from evalflow.bundle import format as layout
from evalflow.bundle import recount as recounting
from evalflow.bundle.format import Bundle
from evalflow.cli.setting import Setting
from evalflow.cli.telling import counted, for_reports, sentence
from evalflow.cli.workflows import read_file
from evalflow.config import Config, use_temporary_folder
from evalflow.db import connect
from evalflow.engine import bundles, dead_ends, printing, rehearsal, schema
from evalflow.engine import rehearsal_report as reporting
from evalflow.engine.dead_ends import DeadEnd
from evalflow.engine.rehearsal_report import Report, Setup
from evalflow.errors import BundleError, NotReady
from evalflow.seasons import queries
from evalflow.seasons.models import Season

pass_setting = click.make_pass_decorator(Setting)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
FORMULAS = "results.xlsx"


@click.command()
@click.argument("file", type=FILE)
@click.option("--branches", default=19, show_default=True, type=click.IntRange(2, 500))
@click.option("--members", default=200, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default="1", show_default=True, help="The same seed gives the same bundle and report.")
@click.option("--smooth", is_flag=True, help="Nothing goes wrong: no ties, nobody late, away or withdrawn.")
@click.option("--out", type=FOLDER, required=True, help="Where the report, documents/ and bundle/ are written.")
@pass_setting
def rehearse(setting: Setting, file: Path, branches: int, members: int, seed: str, smooth: bool, out: Path) -> None:
    """Play a whole year of a workflow with simulated users.

    Exit 1 where the rules of FILE lead to a dead end.
    """
    definition = read_file(file)
    use_temporary_folder(out.parent)
    setup = Setup(definition.key, definition.digest, branches, members, seed)
    with tempfile.TemporaryDirectory(prefix="evalflow-rehearsal-") as scratch:
        engine = connect(f"sqlite:///{scratch}/rehearsal.sqlite3")
        schema.upgrade(engine)
        played = rehearsal.rehearse(
            engine,
            definition,
            branches=branches,
            members=members,
            seed=seed,
            with_incidents=not smooth,
            progress=click.echo,
            worded=for_reports,
        )
        with played.world.database.reading() as session:
            season = queries.season_by_key(session, played.season_key)
            bundle = bundles.export(session, season, played.signer)
            layout.write(bundle, out / "bundle")
            told = reporting.report(
                session,
                season,
                played.world,
                setup=setup,
                bundle=bundles.digest(bundle),
                differences=_recounted(bundle),
                documents=_write_documents(out, _documents(session, season, bundle, setting.config)),
            )
        engine.dispose()
    (out / "report.json").write_text(reporting.as_json(told), encoding="utf-8")
    (out / "report.md").write_text(reporting.as_markdown(told), encoding="utf-8")
    _tell(told, out)
    sys.exit(1 if told.dead_ends else 0)


def _recounted(bundle: Bundle) -> tuple[DeadEnd, ...]:
    """What somebody who trusts nobody would find."""
    try:
        return dead_ends.differing(recounting.recount(bundle).differences)
    except BundleError as wrong:
        return dead_ends.differing(wrong)


def _documents(session: Session, season: Season, bundle: Bundle, config: Config) -> dict[str, bytes]:
    """Everything on paper, and the calculation as a workbook. Where no font is installed there is no paper."""
    try:
        found = printing.documents(session, season, config=config)
    except NotReady as lacking:
        click.echo(f"no documents: {sentence(lacking)}", err=True)
        found = {}
    return {**found, FORMULAS: workbook(bundle, queries.outcomes(season))}


def _write_documents(out: Path, documents: Mapping[str, bytes]) -> list[str]:
    for name, content in documents.items():
        path = out / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return list(documents)


def _tell(told: Report, out: Path) -> None:
    for one in told.dead_ends:
        click.echo(f"dead end: {reporting.sentence(one)}")
    parts = ((told.incidents, "incident"), (told.dead_ends, "dead end"), (told.documents, "document"))
    counts = ", ".join(counted(len(part), noun) for part, noun in parts)
    click.echo(f"{out}: {counts}, bundle {told.bundle[:16]}")


COMMANDS = (rehearse,)
