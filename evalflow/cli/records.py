"""`evalflow export`, `recount` and `log`: a season as files, repeated, verified."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from evalflow.audit import ledger, note, upkeep
from evalflow.audit.upkeep import Rollback
from evalflow.bundle import format as layout
from evalflow.bundle import recount as recounting
from evalflow.bundle.log import telling_casts
from evalflow.cli.setting import OPERATOR, Setting
from evalflow.cli.telling import counted
from evalflow.engine import bundles
from evalflow.errors import LogBroken, on_one_line
from evalflow.seasons import queries

pass_setting = click.make_pass_decorator(Setting)
FOLDER = click.Path(file_okay=False, path_type=Path)
CHECKPOINT = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("season")
@click.argument("folder", type=FOLDER)
@pass_setting
def export(setting: Setting, season: str, folder: Path) -> None:
    """Write SEASON as a bundle into FOLDER.

    Rules, entries, ballots as counted, sheets, decisions, outcomes, log.
    """
    with setting.database.writing() as session:
        ledger.seal(session, setting.signer, now=setting.now())  # a bundle's log speaks of all that is in it
    with setting.database.reading() as session:
        bundle = bundles.export(session, queries.season_by_key(session, season), setting.signer)
        layout.write(bundle, folder)  # in the snapshot: ballots are read while they are written
        digest = bundles.digest(bundle)
    click.echo(f"{folder}: {len(bundle.outcomes or {})} outcomes, bundle {digest[:16]}")
    telling = telling_casts(bundle.log) if bundle.log else 0
    if telling:
        click.echo(
            f"note: {telling} casts were logged before their moments were kept back; the bundle's log tells when each "
            "envelope came in",
            err=True,
        )


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def recount(folder: Path) -> None:
    """Recompute every outcome of the bundle in FOLDER.

    Prints what it found; exit 1 on any difference.
    """
    found = recounting.recount(layout.read(folder))
    click.echo(recounting.as_json(found), nl=False)
    for difference in found.differences:
        click.echo(difference, err=True)
    sys.exit(1 if found.differences else 0)


@click.group()
def log() -> None:
    """The audit log."""


@log.command()
@click.option("--checkpoint", type=CHECKPOINT, help="A checkpoint kept elsewhere, which the log has to continue.")
@pass_setting
def verify(setting: Setting, checkpoint: Path | None) -> None:
    """Recompute the whole log from the rows.

    It is held against the last head signed and against a checkpoint kept elsewhere. Names the first bad leaf and exits
    with 1.
    """
    kept = [] if checkpoint is None else [checkpoint.read_text(encoding="utf-8", errors="replace")]
    with setting.database.reading() as session:
        try:
            verified = ledger.verify(session, setting.signer, kept=kept)
        except LogBroken as broken:
            if not kept:
                raise
            ledger.verify(session, setting.signer)  # what is wrong without it is told first
            raise LogBroken(f"{checkpoint}: {broken}{_set_back(upkeep.rollbacks(session))}") from None
    counts = f"{counted(verified.size, 'leaf', 'leaves')}, {counted(verified.checkpoints, 'checkpoint')}"
    click.echo(f"{counts}, root {verified.root.hex()}")
    for text in kept:
        click.echo(f"the log continues {checkpoint}, of {note.parse_checkpoint(note.text_of(text)).size} leaves")


def _set_back(rollbacks: Sequence[Rollback]) -> str:
    """Why an honest checkpoint may not fit any more."""
    return "".join(
        f"; the log was set back on {one.at:%Y-%m-%d} from {one.lost or 'an unknown number of'} leaves to {one.size}: "
        f"{on_one_line(one.reason)}"
        for one in rollbacks
    )


@log.command()
@pass_setting
def key(setting: Setting) -> None:
    """Print the key that verifies this log's checkpoints."""
    click.echo(note.format_verifier(setting.signer.verifier))


@log.command("rotate-key")
@pass_setting
def rotate_key(setting: Setting) -> None:
    """Let another key sign from now on.

    The old one signs that it does. Prints the key that verifies then.
    """
    with setting.database.writing() as session:
        made = upkeep.rotate_key(session, setting.signer, actor=OPERATOR, now=setting.now())
    click.echo(note.format_verifier(made))


@log.command("accept-rollback")
@click.option("--reason", required=True, help="Why an older copy was restored; auditors read it.")
@pass_setting
def accept_rollback(setting: Setting, reason: str) -> None:
    """Go on after an older copy was restored on purpose.

    From the database as it stands; auditors are shown this.
    """
    with setting.database.writing() as session:
        done = upkeep.accept_rollback(session, setting.signer, reason, actor=OPERATOR, now=setting.now())
    click.echo(f"the log goes on from {done.size} leaves; {done.lost or 'an unknown number of'} had been signed")


COMMANDS = (export, recount, log)
