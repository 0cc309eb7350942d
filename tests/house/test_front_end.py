"""The front end is fetched without Node: from the registry that the settings name, checked against the lock file."""

import base64
import hashlib
import http.server
import importlib.util
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOBODY = "http://127.0.0.1:9"  # the port of `discard`: nobody listens


@pytest.fixture(scope="module")
def build():  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def registry(build, tmp_path: Path) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """A registry of the test's own, which has a small package of each name and version 1.0.0; its lock beside it."""
    served = tmp_path / "registry"
    packages = {}
    for name, files in build.NEEDED.items():
        content = _package({f"package/{source}": f"{name}: {source}" for source in files})
        (served / name / "-").mkdir(parents=True)
        (served / name / "-" / f"{name}-1.0.0.tgz").write_bytes(content)
        digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
        packages[f"node_modules/{name}"] = {"version": "1.0.0", "integrity": f"sha512-{digest}"}
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}))

    class Silent(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *given, **named):  # type: ignore[no-untyped-def]
            super().__init__(*given, directory=str(served), **named)

        def log_message(self, *_said: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _package(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in {"package/package.json": "{}", **files}.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


def test_exactly_the_needed_files_arrive(build, registry: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    made = tmp_path / "vendor"
    build.fetch_front_end(tmp_path / "package-lock.json", made, [registry])
    expected = {target: f"{name}: {source}" for name, files in build.NEEDED.items() for source, target in files.items()}
    expected["package-lock.json"] = (tmp_path / "package-lock.json").read_text()
    assert {str(path.relative_to(made)): path.read_text() for path in made.rglob("*") if path.is_file()} == expected


def test_a_place_that_does_not_answer_is_passed_over(build, registry: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    build.fetch_front_end(tmp_path / "package-lock.json", tmp_path / "vendor", [NOBODY, registry])
    assert (tmp_path / "vendor" / "htmx.min.js").read_text() == "htmx.org: dist/htmx.min.js"


def test_a_package_that_is_not_the_locked_one_is_refused_in_one_line(build, registry: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    other = tmp_path / "registry" / "htmx.org" / "-" / "htmx.org-1.0.0.tgz"
    other.write_bytes(_package({"package/dist/htmx.min.js": "something else"}))
    with pytest.raises(SystemExit) as ended:
        build.fetch_front_end(tmp_path / "package-lock.json", tmp_path / "vendor", [registry])
    assert ended.value.code == "The front end was not made: htmx.org 1.0.0 is not the one of package-lock.json."
    assert not (tmp_path / "vendor" / "package-lock.json").exists()


def test_without_any_registry_one_line_says_what_is_needed(build, registry: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SystemExit) as ended:
        build.fetch_front_end(tmp_path / "package-lock.json", tmp_path / "vendor", [NOBODY])
    told = str(ended.value.code)
    assert told.startswith(f"The front end could not be fetched ({NOBODY}/bootstrap/-/bootstrap-1.0.0.tgz: ")
    assert told.endswith(". It needs the network once; npm_config_registry names a registry of your own.")
    assert "\n" not in told


@pytest.mark.parametrize(
    ("files", "environ", "expected"),
    [
        ({}, {}, ["https://registry.npmjs.org"]),
        ({}, {"NPM_CONFIG_REGISTRY": "https://a.example/npm/"}, ["https://a.example/npm/"]),
        ({"project/.npmrc": "fund=false\nregistry = https://p.example/"}, {}, ["https://p.example/"]),
        ({".npmrc": "; said\nregistry=https://u.example/\n"}, {}, ["https://u.example/"]),
        (
            {".config/pip/pip.conf": "[global]\nindex-url = https://m.example/repository/pypi/simple/\n"},
            {},
            ["https://m.example/repository/npm", "https://registry.npmjs.org"],
        ),
        ({}, {"PIP_INDEX_URL": "https://pypi.org/simple"}, ["https://registry.npmjs.org"]),
        ({".npmrc": "registry=https://u.example/"}, {"PIP_INDEX_URL": "https://m.example/pypi/simple"}, ["https://u.example/"]),
    ],
)  # fmt: skip
def test_the_registry_is_the_one_that_npm_or_pip_is_set_to(build, files, environ, expected, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    nowhere = {"npm_config_globalconfig": str(tmp_path / "none"), "PIP_CONFIG_FILE": str(tmp_path / "none")}
    found = build.registries(tmp_path / "project", {"HOME": str(tmp_path), **nowhere, **environ})
    assert found == expected


def test_nothing_asks_for_node_any_more() -> None:
    told = [ROOT / name for name in ("Makefile", "pyproject.toml", "hatch_build.py", "README.md")]
    assert [path.name for path in told if "nodejs" in path.read_text(encoding="utf-8")] == []
    assert not (ROOT / "requirements-node.txt").exists()
