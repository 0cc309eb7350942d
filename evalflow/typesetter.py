"""The process that sets documents: one request a line on its input, one answer a line on its output, both JSON.

    python -m evalflow.typesetter

A request is {folder, template, values, dated}: `folder` holds the templates, `values` reach the one that is named as
one JSON text, `dated` is the ISO date that is stamped. The answer is {pdf, warnings}, the PDF in base64, or {error}.
`Typesetter` starts the process, keeps it, since its second document takes a tenth of the first, and ends it where one
document takes too long: a library's layout can't be stopped otherwise.
"""

import base64
import contextlib
import functools
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import typst

import evalflow
from evalflow.errors import Busy, Invalid

STANDARD: Final = "a-2a"
SECONDS = 20.0  # by the clock, for one document
WAITED = 10.0  # for the documents before it
CHUNK = 1 << 20
COMMAND = (sys.executable, "-P", "-m", "evalflow.typesetter")


@dataclass(frozen=True)
class Typeset:
    """What became of one request: the PDF with what Typst warned of, or its error."""

    pdf: bytes = b""
    warnings: tuple[str, ...] = ()
    error: str = ""


class Typesetter:
    """One process of this one's own, which sets one document after the other."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds, self._turn = seconds, threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def set(self, request: Mapping[str, object]) -> Typeset:
        """Invalid("document_too_long") where it takes too long; Busy where those before it do."""
        if not self._turn.acquire(timeout=WAITED):
            raise Busy("documents_busy")
        try:
            told = self._answer(json.dumps(request).encode() + b"\n")
        finally:
            self._turn.release()
        if not told.endswith(b"\n"):
            raise Invalid("document_too_long", seconds=round(self._seconds))
        found: dict[str, Any] = json.loads(told)
        if "error" in found:
            return Typeset(error=found["error"])
        return Typeset(base64.b64decode(found["pdf"]), tuple(found["warnings"]))

    def _answer(self, line: bytes) -> bytes:
        """One line; less where there was none in time, and then the process is ended."""
        child, until = self._running(), time.monotonic() + self._seconds
        assert child.stdin is not None and child.stdout is not None
        told = b""
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(line)
            child.stdin.flush()
        while not told.endswith(b"\n"):
            ready, _, _ = select.select([child.stdout], [], [], max(0.0, until - time.monotonic()))
            part = os.read(child.stdout.fileno(), CHUNK) if ready else b""
            if not part:
                self.end()
                break
            told += part
        return told

    def _running(self) -> subprocess.Popen[bytes]:
        """The process; a new one where there is none, where it ended, or where this one was forked since."""
        if self._child is None or self._owner != os.getpid() or self._child.poll() is not None:
            root = str(Path(evalflow.__file__).parent.parent)
            known = {**os.environ, "PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)]), "PYTHONUTF8": "1"}
            self._child = subprocess.Popen(  # noqa: S603
                COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=known, cwd="/"
            )
            self._owner = os.getpid()
        return self._child

    def end(self) -> None:
        """End the process; the next document starts another."""
        child, self._child = self._child, None
        if child is not None and self._owner == os.getpid():
            child.kill()
            child.communicate()


@functools.cache
def _compiler(folder: str) -> typst.Compiler:
    return typst.Compiler(root=folder, font_paths=typst.Fonts())


def answer(request: Mapping[str, Any]) -> dict[str, object]:
    """What is answered to one request."""
    dated = datetime.fromisoformat(request["dated"]).replace(tzinfo=UTC)
    try:
        pdf, warnings = _compiler(request["folder"]).compile_with_warnings(
            input=Path(request["folder"]) / f"{request['template']}.typ",
            format="pdf",
            sys_inputs={"values": request["values"]},
            pdf_standards=STANDARD,
            timestamp=dated,
        )
    except typst.TypstError as error:
        return {"error": error.message}
    assert isinstance(pdf, bytes)
    return {"pdf": base64.b64encode(pdf).decode(), "warnings": [warning.message for warning in warnings]}


def main() -> None:
    os.nice(5)  # pages come first
    for line in sys.stdin.buffer:  # which ends with the process that started this one
        sys.stdout.buffer.write(json.dumps(answer(json.loads(line))).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
