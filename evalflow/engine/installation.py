"""Whether an installation is where the settings point, and founding one.

Opening never makes anything: a command in the wrong folder is told so instead of finding an empty installation of its
own. Only `found` makes folders and files, and it keeps them from other users of the machine.
"""

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.db import Database, connect
from evalflow.engine import founding, schema
from evalflow.errors import NotReady

FOLDER, FILE = 0o700, 0o600
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def opened(config: Config) -> Database:
    """The installation's database. NotReady where there is none, or where its schema is not this version's."""
    if not is_there(config):
        raise NotReady("no_installation", folder=config.instance)
    database = Database.installed(config)
    revision = schema.current(database.engine)
    if revision != schema.newest():
        code = "schema_old" if schema.is_known(revision) else "schema_newer"
        raise NotReady(code, found=revision, needed=schema.newest())
    return database


def is_there(config: Config) -> bool:
    """Whether there is a folder and a database with a schema of ours; NotReady where the file is something else."""
    file = sqlite_file(config)
    if not config.instance.is_dir() or (file is not None and not file.is_file()):
        return False
    engine = connect(config.database_url)
    try:
        return schema.current(engine) != ""
    except DatabaseError as error:
        if getattr(error.orig, "sqlite_errorname", "") != "SQLITE_NOTADB":
            raise
        raise NotReady("not_a_database", file=file) from None
    finally:
        engine.dispose()


def found(config: Config) -> Database:
    """The installation's database, made where there is none, with this version's schema; safe to repeat.

    New folders are for this user only (0700), and so is the SQLite file (0600), new or not; folders that were there
    are left as they are.
    """
    _make_folder(config.instance)
    file = sqlite_file(config)
    if file is not None:
        _make_folder(file.parent)
        file.touch(mode=FILE)
        with suppress(PermissionError):  # somebody else's file; what they may do with it is theirs to say
            file.chmod(FILE)
    database = Database.installed(config)
    founding.bring_up(database, Signer(config.instance, config.log_origin))
    return database


def sqlite_file(config: Config) -> Path | None:
    """The file of the database; None on PostgreSQL."""
    url = make_url(config.database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def readable_by_others(config: Config) -> Iterator[Path]:
    """What other users of the machine may look into: the instance folder, and the SQLite file."""
    for path in (config.instance, sqlite_file(config)):
        if path is not None and path.exists() and path.stat().st_mode & OTHERS:
            yield path


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=FOLDER, exist_ok=True)
