"""Both commands, and the package installed from its files, where Debian and what the README names are all there is."""

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests import debian
from tests.debian import System
from tests.newcomer import FOLDER, ROOT, copy_tracked, free_port, served, status

pytestmark = pytest.mark.slow

FEW = "24"  # members of the demo, so that it is played in half the time
TESTS = "TESTS=tests/tally/test_rounding.py tests/documents tests/browser/test_a_member_votes.py"
FRONT = "evalflow/static/vendor"
NOBODY = "http://127.0.0.1:9"  # the port of `discard`: nobody listens
PROGRAMS = "/opt/programs"
STRANGER = "4711:4711"  # a user whom the system does not know


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """With the tracked files in a folder of both users; deleted at the end, as it is large."""
    if why := debian.lacking():
        pytest.skip(why)
    root = tmp_path_factory.mktemp("debian") / str(request.param)
    made = debian.make(str(request.param), root, _registry())
    for home, user in (("root", "root"), ("home/member", "member")):
        copy_tracked(root / home / FOLDER)
        subprocess.run(["chroot", str(root), "chown", "-R", f"{user}:", f"/{home}"], check=True)
    (root / PROGRAMS.lstrip("/")).mkdir()
    subprocess.run(["chroot", str(root), "chown", "member:", PROGRAMS], check=True)
    yield made
    shutil.rmtree(root)


def _registry() -> str:
    """npm's registry, where this machine's settings name one of their own; beside pip's index it is found anew."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    places = module.registries(ROOT, os.environ)
    return places[0] if len(places) == 1 and places[0] != module.PUBLIC else ""


def _home(user: str) -> str:
    return "/root" if user == "root" else f"/home/{user}"


def _done(system: System, *words: str, user: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """What a command said in this user's copy."""
    home = _home(user)
    command = system.command(*words, user=user, folder=f"{home}/{FOLDER}", home=home, **environ)
    return subprocess.run(command, capture_output=True, text=True)


def _run(system: System, user: str) -> list[str]:
    """What `make run` says; how long it took and how large all is goes to the report."""
    port, home, began = free_port(), _home(user), time.monotonic()
    words = ["make", "run", f"PORT={port}", f"DEMO_MEMBERS={FEW}"]
    with served(system.command(*words, user=user, folder=f"{home}/{FOLDER}", home=home), port) as told:
        took = time.monotonic() - began
        assert [status(port, path) for path in ("/", "/static/vendor/htmx.min.js")] == [200, 200]
    size = subprocess.run(["du", "-sm", f"{system.root}{home}/{FOLDER}"], capture_output=True, text=True, check=True)
    click.echo(f"{system.release}, {user}: the first page after {took:.0f} s, {size.stdout.split()[0]} MB")
    assert [line for line in told if re.search(r"Traceback|\[WARNING\]|npm", line)] == []
    return told


def test_make_run_shows_a_user_the_first_page_and_says_what_only_root_can_install(system: System) -> None:
    told = _run(system, "member")
    assert "For certificates and minutes (PDF) install, as root: apt-get install fonts-noto-cjk\n" in told


def test_make_test_ends_for_a_user_with_what_to_install(system: System) -> None:
    ended = _done(system, "make", "test", TESTS, "-o", "lint", user="member")
    told = [line for line in ended.stderr.splitlines() if not line.startswith("make")]
    assert re.search(r"\d+ passed", ended.stdout), ended.stdout + ended.stderr
    assert not re.search("failed|error", ended.stdout)
    assert (ended.returncode, told[-1]) == (
        2,
        "Not everything was tested, for want of certificates, minutes and Chinese pages, a browser, the driver of the "
        "browser, workbooks calculated anew. Install, as root: apt-get install fonts-noto-cjk chromium libatomic1 "
        "libreoffice-calc-nogui",
    )


@functools.cache
def _built(system: System) -> Path:
    """The folder with a source distribution and a wheel, built where the front end is there already."""
    assert _done(system, "make", f"{FRONT}/package-lock.json", ".venv/dev", user="member").returncode == 0
    words = ("-m", "build", "--no-isolation", "--sdist", "--wheel", "--outdir", "../built", ".")
    built = _done(system, ".venv/bin/python", *words, user="member", npm_config_registry=NOBODY)
    assert built.returncode == 0, built.stdout + built.stderr
    return system.root / "home/member/built"


@functools.cache
def _installed(system: System, kind: str) -> str:
    """The program, installed from a file of this kind without a network for the front end."""
    (package,) = _built(system).glob(f"*.{kind}")
    home = f"{PROGRAMS}/{kind}"
    setup = f"python3 -m venv {home} && {home}/bin/pip install --quiet /{package.relative_to(system.root)}"
    installed = _done(system, "sh", "-c", setup, user="member", npm_config_registry=NOBODY)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return f"{home}/bin/evalflow"


@pytest.mark.parametrize("kind", ["whl", "tar.gz"])
def test_an_installed_package_serves_its_pages(system: System, kind: str) -> None:
    _serves(system, kind, user="member", folder="/home/member", home="/home/member")


def test_it_serves_for_a_user_whom_the_system_does_not_know(system: System) -> None:
    """As containers run programs: a number, without a name, a home or a folder of its own but the one for the data."""
    _serves(system, "whl", user=STRANGER, folder="/")


def test_it_serves_where_only_the_data_can_be_written(system: System) -> None:
    _serves(system, "whl", user=STRANGER, folder="/", read_only=True)


def _serves(system: System, kind: str, *, user: str, folder: str, home: str = "", read_only: bool = False) -> None:
    """Make an installation below /srv, as this user, and look at its pages."""
    data = Path(f"{system.root}/srv/{'read-only' if read_only else user.partition(':')[0]}-{kind}")
    data.mkdir()
    subprocess.run(["chroot", str(system.root), "chown", user, f"/srv/{data.name}"], check=True)
    program = _installed(system, kind)
    environ = {"EVALFLOW_INSTANCE": f"/srv/{data.name}/var", "EVALFLOW_INSECURE_COOKIES": "1"}

    def command(*words: str) -> list[str]:
        return system.command(program, *words, user=user, folder=folder, home=home, read_only=read_only, **environ)

    made = subprocess.run(command("db", "upgrade"), capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    port = free_port()
    with served(command("serve", "--port", str(port)), port) as told:
        assert [status(port, path) for path in ("/", "/static/vendor/htmx.min.js")] == [200, 200]
    assert told == ["\n", f"Look at http://127.0.0.1:{port} (stop with Ctrl-C)\n"]


def test_make_run_installs_the_fonts_for_root(system: System) -> None:
    told = _run(system, "root")
    assert "Installing the fonts of certificates and minutes (fonts-noto-cjk): about a minute.\n" in told
    assert [line for line in told if line.startswith("For certificates")] == []


def test_make_test_installs_for_root_what_is_missing_and_tests_all(system: System) -> None:
    ended = _done(system, "make", "test", TESTS, "-o", "lint", user="root")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"\d+ passed", ended.stdout) and "skipped" not in ended.stdout
