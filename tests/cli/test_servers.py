"""The application runs under both application servers, and time does its work beside the pages."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE = 30  # seconds until a server must have answered


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    environ = {**os.environ, "EVALFLOW_INSTANCE": str(tmp_path / "var"), "EVALFLOW_INSECURE_COOKIES": "1"}
    subprocess.run([sys.executable, "-m", "evalflow", "db", "upgrade"], env=environ, check=True, capture_output=True)
    return environ


def answer(command: list[str], port: int, environ: dict[str, str]) -> Iterator[str]:
    server = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield _page(port)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def _page(port: int) -> str:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=5) as page:
                return str(page.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def test_serve_answers_while_time_ticks_beside_it(environ: dict[str, str]) -> None:
    port = free_port()
    command = [sys.executable, "-m", "evalflow", "serve", "--port", str(port), "--tick-every", "1"]
    for page in answer(command, port, environ):
        assert 'name="login"' in page
        time.sleep(2.5)  # two ticks later it still answers
        assert 'name="login"' in _page(port)


def test_gunicorn_serves_it_too(environ: dict[str, str]) -> None:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "evalflow.app:from_environment()"]
    for page in answer(command, port, environ):
        assert 'name="login"' in page


def test_a_worker_that_dies_is_replaced(environ: dict[str, str]) -> None:
    port = free_port()
    command = [sys.executable, "-m", "evalflow", "serve", "--port", str(port), "--tick-every", "0"]
    server = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _page(port)
        (worker,) = [one for one in _children(server.pid) if b"spawn" not in one[1]][-1:]
        os.kill(worker[0], signal.SIGKILL)
        assert 'name="login"' in _page(port)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def test_a_server_that_is_told_to_stop_while_its_worker_loads_the_program_stops(environ: dict[str, str]) -> None:
    command = [sys.executable, "-m", "evalflow", "serve", "--port", str(free_port()), "--tick-every", "0"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env=environ, start_new_session=True, **quiet)
    try:
        until = time.monotonic() + PATIENCE
        while len(_children(server.pid)) < 2:  # the one that tells the address, and the worker
            assert time.monotonic() < until
            time.sleep(0.01)
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)


def _children(parent: int) -> list[tuple[int, bytes]]:
    """(process id, command line) of a process's children, the youngest last."""
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [(int(one), Path(f"/proc/{one}/cmdline").read_bytes()) for one in text.split()]
