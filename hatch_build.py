"""What has to be made before the package runs: the front end from npm's packages, and the compiled catalogues of texts.

`make` calls it (`python hatch_build.py`), and so does the build of a wheel or a source distribution, which then holds
what was made. The standard library fetches the few packages, from the registry that the machine's npm or pip settings
name, and checks each against the lock file's SHA-512: neither Node nor npm is needed.
"""

import base64
import configparser
import hashlib
import io
import json
import os
import re
import ssl
import sys
import tarfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent
VENDOR = ROOT / "evalflow" / "static" / "vendor"
NEEDED: Mapping[str, Mapping[str, str]] = {
    "bootstrap": {"dist/css/bootstrap.min.css": "bootstrap.min.css"},
    "bootstrap-icons": {
        "font/bootstrap-icons.min.css": "bootstrap-icons.min.css",
        "font/fonts/bootstrap-icons.woff2": "fonts/bootstrap-icons.woff2",
    },
    "htmx.org": {"dist/htmx.min.js": "htmx.min.js"},
}
PUBLIC = "https://registry.npmjs.org"
MOST_BYTES, MOST_OF_A_FILE = 32 * 1024**2, 8 * 1024**2  # of a package as it is sent, and of one of its files
SECONDS = 60


def prepare() -> None:
    """Make what is missing or out of date; does nothing, quickly, when all is there."""
    if _front_end_is_old():
        fetch_front_end(ROOT / "package-lock.json", VENDOR, registries(ROOT, os.environ), _trusted(ROOT, os.environ))
    for catalogue in (ROOT / "evalflow" / "translations").rglob("*.po"):
        _compile(catalogue)


def _front_end_is_old() -> bool:
    lock, made = ROOT / "package-lock.json", VENDOR / "package-lock.json"
    whole = all((VENDOR / name).exists() for files in NEEDED.values() for name in files.values())
    return not (whole and made.exists() and lock.exists() and made.read_bytes() == lock.read_bytes())


def fetch_front_end(lock: Path, into: Path, places: list[str], trusted: ssl.SSLContext | None = None) -> None:
    """Put the needed files of the locked packages into a folder, from the first place that has them.

    SystemExit, in one line, where no place has a package, or where what came is not what the lock names.
    """
    locked = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    for name, files in NEEDED.items():
        package = locked[f"node_modules/{name}"]
        content = _fetch(name, package["version"], places, trusted)
        if f"sha512-{base64.b64encode(hashlib.sha512(content).digest()).decode()}" != package["integrity"]:
            raise SystemExit(f"The front end was not made: {name} {package['version']} is not the one of {lock.name}.")
        for source, target in files.items():
            (into / target).parent.mkdir(parents=True, exist_ok=True)
            (into / target).write_bytes(_file(content, f"package/{source}"))
    (into / lock.name).write_bytes(lock.read_bytes())


def _fetch(name: str, version: str, places: list[str], trusted: ssl.SSLContext | None) -> bytes:
    failures = []
    for place in places:
        address = f"{place.rstrip('/')}/{name}/-/{name}-{version}.tgz"
        try:
            with urllib.request.urlopen(address, timeout=SECONDS, context=trusted) as answer:  # noqa: S310
                content: bytes = answer.read(MOST_BYTES + 1)
        except (OSError, ValueError) as failed:
            failures.append(f"{address}: {failed.reason if isinstance(failed, urllib.error.URLError) else failed}")
            continue
        if len(content) <= MOST_BYTES:
            return content
        failures.append(f"{address}: more than {MOST_BYTES // 1024**2} MB")
    raise SystemExit(
        f"The front end could not be fetched ({'; '.join(failures)}). It needs the network once; "
        "npm_config_registry names a registry of your own."
    )


def _file(content: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as packed:
        for member in packed:
            if member.name == name and member.isfile() and member.size <= MOST_OF_A_FILE:
                opened = packed.extractfile(member)
                assert opened is not None
                return opened.read()
    raise SystemExit(f"The front end was not made: there is no {name} in its package.")


def registries(project: Path, environ: Mapping[str, str]) -> list[str]:
    """Where npm's packages are looked for, in this order.

    The registry that npm's settings name, alone. Else the one beside pip's index, where a mirror of the house serves
    both (`…/pypi/simple` and `…/npm`), and then the public one.
    """
    named = _npm_setting("registry", project, environ)
    if named:
        return [named]
    index = _pip_setting("index-url", environ)
    beside = re.sub(r"/simple/?$", "", index).replace("pypi", "npm")
    return [beside, PUBLIC] if index and beside != index and "pypi.org" not in index else [PUBLIC]


def _trusted(project: Path, environ: Mapping[str, str]) -> ssl.SSLContext | None:
    """Authorities of the house, as npm's or pip's settings name them; None for those of the machine."""
    file = _npm_setting("cafile", project, environ) or _pip_setting("cert", environ)
    return ssl.create_default_context(cafile=file) if file and Path(file).is_file() else None


def _npm_setting(name: str, project: Path, environ: Mapping[str, str]) -> str:
    """As npm reads it: the environment, then the project's, the user's and the machine's file."""
    lowered = {key.lower(): value for key, value in environ.items()}
    if lowered.get(f"npm_config_{name}"):
        return lowered[f"npm_config_{name}"]
    home = Path(environ.get("HOME", "/"))
    user = Path(lowered.get("npm_config_userconfig", home / ".npmrc"))
    machine = Path(lowered.get("npm_config_globalconfig", "/usr/etc/npmrc"))
    for file in (project / ".npmrc", user, machine, Path("/usr/local/etc/npmrc"), Path("/etc/npmrc")):
        for key, value in _lines(file):
            if key == name and value:
                return value
    return ""


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    for line in _text(file).splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith(("#", ";")):
            yield key.strip(), value.strip().strip("\"'")


def _pip_setting(name: str, environ: Mapping[str, str]) -> str:
    """As pip reads it: the environment, then the file of this environment, the user's and the machine's."""
    if value := environ.get(f"PIP_{name.upper().replace('-', '_')}", ""):
        return value
    home = Path(environ.get("HOME", "/"))
    user = (Path(environ.get("XDG_CONFIG_HOME", home / ".config")) / "pip" / "pip.conf", home / ".pip" / "pip.conf")
    named = (Path(environ["PIP_CONFIG_FILE"]),) if environ.get("PIP_CONFIG_FILE") else ()
    for file in (*named, Path(sys.prefix) / "pip.conf", *user, Path("/etc/pip.conf"), Path("/etc/xdg/pip/pip.conf")):
        settings = configparser.RawConfigParser()
        try:
            settings.read_string(_text(file))
        except configparser.Error:
            continue  # pip itself complains of it
        for section in ("install", "global"):
            if value := settings.get(section, name, fallback=""):
                return value
    return ""


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _compile(catalogue: Path) -> None:
    compiled = catalogue.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
        return
    with catalogue.open("rb") as source:
        texts = read_po(source, locale=catalogue.parts[-3])
    with compiled.open("wb") as target:
        write_mo(target, texts)


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # called by make, where hatchling need not be installed
    pass
else:

    class FrontEndAndTexts(BuildHookInterface):  # type: ignore[type-arg]
        """Runs before a wheel or a source distribution is built."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            prepare()


if __name__ == "__main__":
    prepare()
