"""What somebody who has only the tracked files does with them: takes them, starts a server, looks at its pages."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = "my work 评优"  # as difficult as folders get
PATIENCE = 600  # seconds; a machine may be busy with other tests


def copy_tracked(into: Path) -> None:
    """What git knows of; skips the test in a source distribution, where nothing tells it from what was made."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone: there is no list of its files")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)


@contextmanager
def served(
    command: list[str], port: int, *, folder: Path | None = None, environ: Mapping[str, str] | None = None
) -> Iterator[list[str]]:
    """What a server says until its last line, the address; it is stopped at the end."""
    server = subprocess.Popen(
        command, cwd=folder, env=environ, text=True, start_new_session=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield _until(server, f"Look at http://127.0.0.1:{port} (stop with Ctrl-C)\n")
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def _until(server: subprocess.Popen[str], last: str) -> list[str]:
    assert server.stdout is not None
    told: list[str] = []
    until = time.monotonic() + PATIENCE
    for line in server.stdout:
        told.append(line)
        if line == last:
            return told
        assert time.monotonic() < until, "".join(told)
    raise AssertionError(f"it ended: {''.join(told)}")


def status(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as page:
        return int(page.status)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
