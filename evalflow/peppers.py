"""Secrets of a box that never come into the database: 48 random bytes each, made once and destroyed after the count.

A pepper enters the key that wraps a teller's own key. A copy of the database, however made, opens nothing without it;
once it is destroyed, none ever will, even with all passphrases.
"""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from evalflow.entropy import Entropy

SIZE = 48
BINDING_FROM = 48  # bytes: a shorter one is of a version that bound no public keys to it (see `ballot.binding`)


class Peppers(Protocol):
    def find(self, stage_id: int) -> bytes | None:
        """The box's pepper; None where it was not made, or is destroyed."""

    def make(self, stage_id: int, entropy: Entropy) -> bytes:
        """The box's pepper, made where there is none."""

    def destroy(self, stage_id: int) -> None:
        """Leave nothing of it; does nothing where there is none."""


@dataclass
class PeppersInMemory:
    """For a database that lives no longer than this process: rehearsals and tests."""

    kept: dict[int, bytes] = field(default_factory=dict)

    def find(self, stage_id: int) -> bytes | None:
        return self.kept.get(stage_id)

    def make(self, stage_id: int, entropy: Entropy) -> bytes:
        return self.kept.setdefault(stage_id, entropy.token(SIZE))

    def destroy(self, stage_id: int) -> None:
        self.kept.pop(stage_id, None)


@dataclass(frozen=True)
class PepperFiles:
    """One file for each box, readable by this account only. Several machines share the folder."""

    folder: Path

    def find(self, stage_id: int) -> bytes | None:
        path = self._path(stage_id)
        return path.read_bytes() if path.exists() else None

    def make(self, stage_id: int, entropy: Entropy) -> bytes:
        """Of two who make one at once the first is believed; nobody ever sees half of one."""
        path = self._path(stage_id)
        if not path.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = path.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
            _write(new, entropy.token(SIZE), os.O_CREAT | os.O_EXCL)
            try:
                os.link(new, path)
            except FileExistsError:
                pass
            finally:
                new.unlink()
            _sync(self.folder)
        return path.read_bytes()

    def destroy(self, stage_id: int) -> None:
        """Overwritten in its place first. What a disk or a snapshot kept of it is out of reach."""
        path = self._path(stage_id)
        if path.exists():
            _write(path, secrets.token_bytes(SIZE), 0)
            path.unlink(missing_ok=True)
            _sync(self.folder)

    def _path(self, stage_id: int) -> Path:
        return self.folder / f"{stage_id}.key"


def _write(path: Path, content: bytes, how: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | how, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """What was made or taken away in a folder stays so after a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
