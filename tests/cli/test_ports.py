"""A port that is taken is refused in one line before anything is started."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from evalflow.cli.serving import look_at
from evalflow.errors import NotReady


@pytest.fixture(params=["plain", "shared"])
def listener(request: pytest.FixtureRequest) -> Iterator[int]:
    """Another program's port; `shared` is as granian opens it, so that a second server could join it silently."""
    with socket.socket() as found:
        if request.param == "shared":
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        found.bind(("127.0.0.1", 0))
        found.listen()
        yield int(found.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_port_on_which_anybody_listens_is_taken(listener: int, host: str) -> None:
    with pytest.raises(NotReady) as refused:
        look_at(host, listener)
    assert (refused.value.code, refused.value.facts["port"]) == ("port_taken", listener)


def test_a_port_is_free_again_as_soon_as_its_server_has_gone() -> None:
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as granian does
        found.bind(("127.0.0.1", 0))
        found.listen()
        port = int(found.getsockname()[1])
        with socket.create_connection(("127.0.0.1", port)), found.accept()[0]:
            pass
    look_at("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(NotReady) as refused:
        look_at("192.0.2.1", 5000)
    assert refused.value.code == "port_refused"


def test_a_second_server_is_refused_in_one_line(listener: int, tmp_path) -> None:  # type: ignore[no-untyped-def]
    environ = {"EVALFLOW_INSTANCE": str(tmp_path / "var"), "PATH": "/usr/bin:/bin"}
    evalflow = [sys.executable, "-m", "evalflow"]
    subprocess.run([*evalflow, "db", "upgrade"], env=environ, check=True, capture_output=True)
    ended = subprocess.run([*evalflow, "serve", "--port", str(listener)], env=environ, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert re.fullmatch(rf"Port {listener} of 127\.0\.0\.1 is taken\. .*\n", ended.stderr)
