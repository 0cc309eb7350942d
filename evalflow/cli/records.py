"""`evalflow export`, `recount`, `rehearse` and `log`: a season as files, repeated, played, verified."""

import sys
import tempfile
from pathlib import Path

import click

from evalflow.audit import ledger, note
from evalflow.bundle import format as layout
from evalflow.bundle import recount as recounting
from evalflow.cli.setting import Setting
from evalflow.cli.workflows import read_file
from evalflow.db import connect
from evalflow.engine import bundles, printing, rehearsal, schema
from evalflow.seasons import queries

pass_setting = click.make_pass_decorator(Setting)
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("season")
@click.argument("folder", type=FOLDER)
@pass_setting
def export(setting: Setting, season: str, folder: Path) -> None:
    """Write SEASON as a bundle into FOLDER: rules, entries, ballots as counted, sheets, decisions, outcomes, log."""
    with setting.database.writing() as session:
        ledger.seal(session, setting.signer, now=setting.now())  # a bundle's log speaks of all that is in it
    with setting.database.reading() as session:
        bundle = bundles.export(session, queries.season_by_key(session, season), setting.signer)
        layout.write(bundle, folder)  # in the snapshot: ballots are read while they are written
        digest = bundles.digest(bundle)
    click.echo(f"{folder}: {len(bundle.outcomes or {})} outcomes, bundle {digest[:16]}")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def recount(folder: Path) -> None:
    """Recompute every outcome of the bundle in FOLDER and print it; exit 1 on any difference."""
    found = recounting.recount(layout.read(folder))
    click.echo(recounting.as_json(found), nl=False)
    for difference in found.differences:
        click.echo(difference, err=True)
    sys.exit(1 if found.differences else 0)


@click.command()
@click.argument("file", type=FILE)
@click.option("--branches", default=19, show_default=True, type=click.IntRange(2, 500))
@click.option("--members", default=200, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default="1", show_default=True, help="The same seed gives the same bundle.")
@click.option("--out", type=FOLDER, required=True, help="Where documents/ and bundle/ are written.")
@pass_setting
def rehearse(setting: Setting, file: Path, branches: int, members: int, seed: str, out: Path) -> None:
    """Play a whole season of the workflow FILE with simulated users."""
    definition = read_file(file)
    with tempfile.TemporaryDirectory(prefix="evalflow-rehearsal-") as scratch:
        engine = connect(f"sqlite:///{scratch}/rehearsal.sqlite3")
        schema.upgrade(engine)
        rehearsed = rehearsal.rehearse(
            engine, definition, branches=branches, members=members, seed=seed, progress=click.echo
        )
        with rehearsed.world.database.reading() as session:
            season = queries.season_by_key(session, rehearsed.season_key)
            bundle = bundles.export(session, season, rehearsed.signer)
            documents = printing.documents(session, season, config=setting.config)
            layout.write(bundle, out / "bundle")
            digest = bundles.digest(bundle)
        engine.dispose()
    for name, content in documents.items():
        path = out / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for remark in rehearsed.world.notes:
        click.echo(remark)
    click.echo(f"{out}: {len(documents)} documents, bundle {digest[:16]}")


@click.group()
def log() -> None:
    """The audit log."""


@log.command()
@pass_setting
def verify(setting: Setting) -> None:
    """Recompute the whole log from the rows; name the first bad one and exit 1."""
    with setting.database.reading() as session:
        verified = ledger.verify(session, setting.signer)
    click.echo(f"{verified.size} leaves, {verified.checkpoints} checkpoints, root {verified.root.hex()}")


@log.command()
@pass_setting
def key(setting: Setting) -> None:
    """Print the key that verifies this log's checkpoints."""
    click.echo(note.format_verifier(setting.signer.verifier))


COMMANDS = (export, recount, rehearse, log)
