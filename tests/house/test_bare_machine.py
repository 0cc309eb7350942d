"""The two commands where the README's needs are all there is: no Node, no npm, no Chromium, no fonts, no apt-get.

The environment's packages are shared with this one by a path file, so that nothing is downloaded twice; from nothing at
all, in systems of Debian's own, the long proofs do it (`test_debian.py`).
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.newcomer import FOLDER, PATIENCE, copy_tracked, free_port, served, status

TOOLS = (
    *("awk", "cat", "chmod", "cp", "dirname", "env", "expand", "find", "git", "id", "make", "mkdir", "rm", "sed"),
    *("sh", "sleep", "touch", "uname"),
)
OUT_OF_SIGHT = ("npm", "node", "chromium", "soffice", "apt-get", "fc-list")
FEW = "12"  # members of the demo: what it plays is the same


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracked files in a folder of a difficult name, with an environment that finds the packages of this one."""
    copied = tmp_path_factory.mktemp("bare") / FOLDER
    copy_tracked(copied)
    subprocess.run([sys.executable, "-m", "venv", str(copied / ".venv")], check=True, cwd=copied)
    (found,) = (copied / ".venv" / "lib").glob("python3*/site-packages")
    (found / "shared.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    for tool in ("pytest", "ruff", "mypy", "lint-imports"):
        script = copied / ".venv" / "bin" / tool
        module = {"pytest": "pytest", "ruff": "ruff", "mypy": "mypy"}.get(tool)
        body = f"-m {module}" if module else '-c "from importlinter.cli import lint_imports_command as c; c()"'
        script.write_text(f'#!/bin/sh\nexec "$(dirname "$0")/python" {body} "$@"\n')
        script.chmod(0o755)
    return copied


@pytest.fixture(scope="module")
def environ(folder: Path) -> dict[str, str]:
    """A PATH of the needed tools only, no fonts, no driver of browsers, a home of its own; settings of pip are kept."""
    tools = folder.parent / "bin"
    tools.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found is not None, f"there is no {name} here"
        (tools / name).symlink_to(found)
    (tools / "python3").symlink_to(sys.executable)
    fonts = folder.parent / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{tools}</dir></fontconfig>")
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "npm_config_"))}
    hidden = {"FONTCONFIG_FILE": str(fonts), "PLAYWRIGHT_NODEJS_PATH": str(tools / "none")}
    return {**kept, **hidden, "PATH": str(tools), "HOME": str(folder.parent)}


def test_what_should_be_out_of_sight_is(environ: dict[str, str]) -> None:
    assert [name for name in OUT_OF_SIGHT if shutil.which(name, path=environ["PATH"])] == []


def test_make_run_answers_and_prints_its_address_last(folder: Path, environ: dict[str, str]) -> None:
    port = free_port()
    command = ["make", "run", f"PORT={port}", f"DEMO_MEMBERS={FEW}"]
    with served(command, port, folder=folder, environ=environ) as told:
        assert [status(port, path) for path in ("/", "/static/vendor/htmx.min.js")] == [200, 200]
    assert "For certificates and minutes (PDF) install, as root: apt-get install fonts-noto-cjk\n" in told
    assert "Playing the four seasons of the demo: about a minute.\n" in told
    assert [line for line in told if re.search(r"Traceback|WARNING|warn:|npm|\d{4}-\d\d$", line)] == []
    assert oct((folder / "var").stat().st_mode & 0o777) == "0o700"
    assert not (folder / "node_modules").exists()


def test_make_test_runs_what_needs_neither_browser_nor_fonts_and_ends_red_with_what_to_install(
    folder: Path, environ: dict[str, str]
) -> None:
    tests = "TESTS=tests/tally/test_rounding.py tests/documents tests/browser/test_a_member_votes.py"
    ended = subprocess.run(
        ["make", "test", tests, "-o", "lint"], cwd=folder, env=environ, capture_output=True, text=True, timeout=PATIENCE
    )
    told = [line for line in ended.stderr.splitlines() if not line.startswith("make")]
    assert re.search(r"\d+ passed", ended.stdout), ended.stdout + ended.stderr
    assert "failed" not in ended.stdout and "error" not in ended.stdout
    assert (ended.returncode, told[-1]) == (
        2,
        "Not everything was tested, for want of certificates, minutes and Chinese pages, a browser, the driver of the "
        "browser, workbooks calculated anew. Install, as root: apt-get install fonts-noto-cjk chromium libatomic1 "
        "libreoffice-calc-nogui",
    )


def test_make_clean_keeps_the_database_and_make_reset_asks(folder: Path, environ: dict[str, str]) -> None:
    def make(*arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        command = ["make", *arguments]
        return subprocess.run(command, cwd=folder, env=environ, input=answer, capture_output=True, text=True)

    (folder / "var").mkdir(exist_ok=True)
    assert make("clean").returncode == 0
    assert ((folder / "var").is_dir(), (folder / ".venv").exists()) == (True, False)
    refused = make("reset", answer="no\n")
    assert (refused.returncode, (folder / "var").is_dir()) == (2, True)
    assert refused.stdout.endswith("for ever. Type yes: Nothing was deleted.\n")
    assert (make("reset", answer="yes\n").returncode, (folder / "var").exists()) == (0, False)
