"""Where things are and how this installation is set up; everything from the environment, nothing from code."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PACKAGE = Path(__file__).resolve().parent


def _shipped(folder: str) -> Path:
    """A top-level folder of the project: inside the package in a wheel, beside it in a source tree."""
    packed = PACKAGE / f"_{folder}"
    return packed if packed.is_dir() else PACKAGE.parent / folder


TEMPLATES = _shipped("templates")
WORKFLOWS = _shipped("workflows")
MIGRATIONS = _shipped("migrations")
TRANSLATIONS = PACKAGE / "translations"
LOCALES = ("zh_Hans", "en")
SITE_NAME: Mapping[str, str] = {"zh_Hans": "评优评选平台", "en": "Awards & evaluation"}


def use_temporary_folder(instance: Path) -> None:
    """Large uploads and workbooks are written to a temporary file; where no folder for these can be written, the
    instance folder takes them."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        tempfile.tempdir = str(instance)


PREFIX = "EVALFLOW_"
NAMES = (
    "EVALFLOW_DATABASE_URL",
    "EVALFLOW_INSECURE_COOKIES",
    "EVALFLOW_INSTANCE",
    "EVALFLOW_LOG_ORIGIN",
    "EVALFLOW_MAIL_FROM",
    "EVALFLOW_SESSION_HOURS",
    "EVALFLOW_SITE_NAME_EN",
    "EVALFLOW_SITE_NAME_ZH",
    "EVALFLOW_SITE_URL",
    "EVALFLOW_SMTP",
    "EVALFLOW_TICK_EVERY",
    "EVALFLOW_TIMEZONE",
    "EVALFLOW_TRUSTED_PROXIES",
    "EVALFLOW_WORKFLOWS",
)
SECURITY = {"smtps": ("tls", 465), "smtp+starttls": ("starttls", 587), "smtp": ("none", 25)}


@dataclass(frozen=True)
class Smtp:
    """A mail server. security: tls from the start, starttls, or none for a server of the same machine."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, url: str, sender: str) -> "Smtp":
        """From an address such as smtps://user:password@mail.example:465; ValueError without repeating it.

        >>> Smtp.of("smtp+starttls://li:p%40ss@mail.example", "vote@example.com")
        Smtp(host='mail.example', port=587, security='starttls', sender='vote@example.com', user='li')
        """
        parts = urlsplit(url)
        if parts.scheme not in SECURITY or not parts.hostname:
            raise ValueError("EVALFLOW_SMTP: expected smtps://, smtp+starttls:// or smtp:// and a host")
        security, usual = SECURITY[parts.scheme]
        if parts.username and security == "none":
            raise ValueError("EVALFLOW_SMTP: a password would travel in the clear; use smtps:// or smtp+starttls://")
        if "@" not in sender:
            raise ValueError("EVALFLOW_MAIL_FROM: expected the address that mails come from")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, parts.port or usual, security, sender, user, password)


@dataclass(frozen=True)
class Config:
    """One installation.

    instance: folder of what this installation keeps (database, keys); created when missing.
    database_url: SQLAlchemy URL; the default is an SQLite file in the instance folder.
    site_url: the address people use, for links in mails, QR codes and documents ("" = none are
        written, but on the machine itself).
    timezone: in which dates are read and shown.
    tick_every: seconds between ticks in this process; 0 where another one lets time do its work.
    session_hours: after which a session ends, however much is done in it.
    smtp: the server that takes reminders; None where they are shown on the pages only.
    trusted_proxies: how many reverse proxies' X-Forwarded headers are believed (0 = none).
    """

    instance: Path
    database_url: str
    site_name: Mapping[str, str] = field(default_factory=lambda: SITE_NAME)
    site_url: str = ""
    timezone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    trusted_proxies: int = 0
    secure_cookies: bool = True
    log_origin: str = "evalflow.example/log"
    extra_workflows: Path | None = None
    max_request_bytes: int = 24 * 1024 * 1024
    tick_every: int = 0
    session_hours: int = 24
    smtp: Smtp | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        """Read the EVALFLOW_… variables named below; each has a default that suits one machine.

        ValueError, in one line that names the variable, for what can't be.
        """
        _check_names(environ)
        instance = Path(environ.get("EVALFLOW_INSTANCE", "var")).resolve()
        extra = environ.get("EVALFLOW_WORKFLOWS")
        server = environ.get("EVALFLOW_SMTP")
        return cls(
            instance=instance,
            database_url=_database(environ, f"sqlite:///{instance / 'evalflow.sqlite3'}"),
            site_name={
                "zh_Hans": environ.get("EVALFLOW_SITE_NAME_ZH", SITE_NAME["zh_Hans"]),
                "en": environ.get("EVALFLOW_SITE_NAME_EN", SITE_NAME["en"]),
            },
            site_url=_site(environ),
            timezone=_zone(environ, "EVALFLOW_TIMEZONE"),
            trusted_proxies=_count(environ, "EVALFLOW_TRUSTED_PROXIES"),
            secure_cookies=environ.get("EVALFLOW_INSECURE_COOKIES", "") != "1",
            log_origin=environ.get("EVALFLOW_LOG_ORIGIN", "evalflow.example/log"),
            extra_workflows=Path(extra) if extra else None,
            tick_every=_count(environ, "EVALFLOW_TICK_EVERY"),
            session_hours=_count(environ, "EVALFLOW_SESSION_HOURS", "24") or 1,
            smtp=Smtp.of(server, environ.get("EVALFLOW_MAIL_FROM", "")) if server else None,
        )


def _check_names(environ: Mapping[str, str]) -> None:
    """A variable of ours that nothing reads is a slip of the pen, and would silently change nothing."""
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in NAMES:
            near = get_close_matches(name, NAMES, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(NAMES)}"
            raise ValueError(f"{name}: there is no such setting{hint}")


def _database(environ: Mapping[str, str], usual: str) -> str:
    written = environ.get("EVALFLOW_DATABASE_URL", usual)
    if not written.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        kind = written.partition(":")[0]  # what follows may hold a password
        raise ValueError(f"EVALFLOW_DATABASE_URL: expected sqlite:///… or postgresql://…, found {kind}:…")
    return written


def _site(environ: Mapping[str, str]) -> str:
    written = environ.get("EVALFLOW_SITE_URL", "").rstrip("/")
    parts = urlsplit(written)
    if written and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise ValueError(f"EVALFLOW_SITE_URL: expected https://… with the name people use, found {written}")
    return written


def _count(environ: Mapping[str, str], name: str, usual: str = "0") -> int:
    written = environ.get(name, usual)
    if not written.isdecimal():
        raise ValueError(f"{name}: expected a whole number, found {written}")
    return int(written)


def _zone(environ: Mapping[str, str], name: str) -> ZoneInfo:
    written = environ.get(name, "Asia/Shanghai")
    try:
        return ZoneInfo(written)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name}: there is no time zone {written}") from None
