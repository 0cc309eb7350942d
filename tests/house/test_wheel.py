"""`pip install .` gives a wheel that works from any folder: it is built, put into an empty place and used there."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
USE = """
import evalflow, sys
from click.testing import CliRunner
from evalflow.app import from_environment
from evalflow.cli import main
assert evalflow.__file__.startswith(sys.argv[1]), evalflow.__file__
for arguments in (["workflow", "check"], ["db", "upgrade"], ["doctor"]):
    ended = CliRunner().invoke(main, arguments)
    assert ended.exit_code == 0, (arguments, ended.output, ended.exception)
client = from_environment().test_client()
for path in ("/", "/sign-in", "/log/", "/static/app.css", "/static/vendor/bootstrap.min.css"):
    assert client.get(path).status_code == 200, path
assert "登录" in client.get("/sign-in").get_data(as_text=True)
print("works")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_works_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    place, empty = tmp_path / "place", tmp_path / "empty"
    empty.mkdir()
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(place)
    environ = {**os.environ, "PYTHONPATH": str(place), "EVALFLOW_INSTANCE": str(empty / "var")}
    used = subprocess.run(
        [sys.executable, "-c", USE, str(place)], cwd=empty, env=environ, capture_output=True, text=True
    )
    assert used.stdout.strip().endswith("works"), used.stdout + used.stderr


def test_the_wheel_holds_what_is_not_python(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    needed = {
        "evalflow/_templates/base.html",
        "evalflow/_templates/documents/house.typ",
        "evalflow/_workflows/brand_selection.toml",
        "evalflow/_migrations/env.py",
        "evalflow/static/vendor/fonts/bootstrap-icons.woff2",
        "evalflow/translations/zh_Hans/LC_MESSAGES/messages.mo",
    }
    assert needed - names == set()
