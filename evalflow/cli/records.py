"""`evalflow export`, `recount` and `log`: a season as files, repeated, verified."""

import sys
from pathlib import Path

import click

from evalflow.audit import ledger, note
from evalflow.bundle import format as layout
from evalflow.bundle import recount as recounting
from evalflow.cli.setting import Setting
from evalflow.engine import bundles
from evalflow.seasons import queries

pass_setting = click.make_pass_decorator(Setting)
FOLDER = click.Path(file_okay=False, path_type=Path)


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


COMMANDS = (export, recount, log)
