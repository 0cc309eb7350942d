"""Who signs this installation's log: the key, and the last head it signed, both kept in a folder outside the database.

    log.key        the signing key, mode 600; made once, by `db upgrade`
    log.key.next   the key that comes after it, while it is being changed
    log.head       the last head that was signed, see `head`

Every file is written whole and then put in its place, so that a crash leaves the old one or the new one. The head is
written after the commit of the act that signed it. Where a crash comes between, the file is behind the database, and
the next sealer makes up for it; a database that is behind the file was set back.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evalflow.audit import note
from evalflow.audit.head import Head, beginning, format_head, parse_head
from evalflow.audit.note import SigningKey, Verifier
from evalflow.entropy import Entropy
from evalflow.errors import LogBroken

KEY, NEXT, HEAD, TURN = "log.key", "log.key.next", "log.head", "log.turn"


class Signer:
    """The files of one installation. They are read anew each time: another process may have changed them."""

    def __init__(self, folder: Path, origin: str) -> None:
        """origin: the log's name, for a key that is made now; an existing key keeps the name it was made with."""
        self._folder, self._origin = folder, origin

    @property
    def verifier(self) -> Verifier:
        """The public half of the key in force."""
        head = self.head()
        return head.key if head is not None else self.own_key().verifier

    def own_key(self) -> SigningKey:
        """The key in `log.key`. LogBroken, in a sentence that never quotes it, where there is none."""
        return self._key(KEY)

    def key(self, in_force: Verifier) -> SigningKey:
        """The private half of the key in force. A change of keys that was cut short is finished."""
        found = self.own_key()
        if found.verifier != in_force and (self._folder / NEXT).exists() and self._key(NEXT).verifier == in_force:
            self.take_next()
            found = self.own_key()
        if found.verifier != in_force:
            raise LogBroken(
                f"{self._folder / KEY} is not the key that signed the log's last checkpoint "
                f"({note.format_verifier(in_force)}): put that one back from a backup"
            )
        return found

    def make_key(self, entropy: Entropy) -> None:
        """Make `log.key` where there is none. Of several processes one makes it, the others find it."""
        if (self._folder / KEY).exists():
            return
        draft = self._draft(KEY, self._new(self._origin, entropy))
        try:
            os.link(draft, self._folder / KEY)
        except FileExistsError:
            pass
        finally:
            draft.unlink()

    def make_next(self, entropy: Entropy) -> SigningKey:
        """Another key of the same name, in `log.key.next` until it is in force."""
        made = self._new(self.own_key().name, entropy)
        self._draft(NEXT, made).replace(self._folder / NEXT)
        return note.parse_key(made.strip())

    def take_next(self) -> None:
        """Put the next key in place of the present one; does nothing where that has happened."""
        if (self._folder / NEXT).exists():
            (self._folder / NEXT).replace(self._folder / KEY)

    def head(self) -> Head | None:
        """The last head that was signed, as far as this folder knows. None where it has no such file."""
        path = self._folder / HEAD
        if not path.exists():
            return None
        try:
            return parse_head(path.read_text(encoding="utf-8"))
        except LogBroken as broken:
            raise LogBroken(f"{path}: {broken}") from None

    def keep(self, head: Head) -> None:
        """Remember a head that was signed; one that is behind the one kept, because others were faster, is dropped."""
        with self._turn():
            kept = self.head()
            if kept is None or kept.size <= head.size:
                self._write_head(head)

    def go_back(self, head: Head) -> None:
        """Remember a head even where it is behind: somebody has answered for that."""
        with self._turn():
            self._write_head(head)

    def _write_head(self, head: Head) -> None:
        self._draft(HEAD, format_head(head)).replace(self._folder / HEAD)

    def _key(self, name: str) -> SigningKey:
        path = self._folder / name
        if not path.exists():
            raise LogBroken(f"{path} is missing: put it back from a backup, nothing can be signed without it")
        text = path.read_text(encoding="utf-8", errors="replace").strip()
        if not text:
            raise LogBroken(f"{path} is empty: put the key back from a backup")
        try:
            return note.parse_key(text)
        except LogBroken:
            raise LogBroken(f"{path} holds no signing key: put it back from a backup") from None

    @staticmethod
    def _new(name: str, entropy: Entropy) -> str:
        return f"{note.format_key(SigningKey(name, Ed25519PrivateKey.from_private_bytes(entropy.token(32))))}\n"

    def _draft(self, name: str, text: str) -> Path:
        """A file beside its place, whole and on the disk, mode 600."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.{os.getpid()}.{os.urandom(4).hex()}"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return path

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with (self._folder / TURN).open("w") as side:
            fcntl.flock(side, fcntl.LOCK_EX)
            yield


class ScratchSigner(Signer):
    """For a rehearsal, whose database nobody else has and which ends with it: the head is kept in memory."""

    def __init__(self, key: SigningKey) -> None:
        self._own, self._head = key, beginning(key.verifier)

    def own_key(self) -> SigningKey:
        return self._own

    def key(self, in_force: Verifier) -> SigningKey:
        return self._own

    def head(self) -> Head:
        return self._head

    def keep(self, head: Head) -> None:
        self._head = head
