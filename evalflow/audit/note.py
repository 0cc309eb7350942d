"""Signed checkpoints: C2SP signed-note v1 with Ed25519, around a C2SP tlog-checkpoint.

A note is a text, an empty line, and signature lines:

    evalflow.example/log
    1532
    7qMfAaWy…root in base64…=

    — evalflow.example/log c9gbN1Yk…

A verifier key is written "name+hash+base64"; hash is the first four bytes of SHA-256(name, newline, 0x01, key), and
every signature begins with it. The signing key's text here is our own: "evalflow-key+name+base64 of the seed".
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from evalflow.errors import LogBroken

_ED25519 = b"\x01"
_DASH = "— "
_NAME = re.compile(r"[^\s+]+")


@dataclass(frozen=True)
class Verifier:
    """Who signs, and with which key. public_key: 32 bytes."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:4]

    def accepts(self, text: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A name and its private key."""

    name: str
    private_key: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.private_key.public_key().public_bytes_raw())


@dataclass(frozen=True)
class CheckpointText:
    """What a checkpoint says: the log's name, how many leaves, the root over them."""

    origin: str
    size: int
    root: bytes


def format_verifier(verifier: Verifier) -> str:
    key = base64.b64encode(_ED25519 + verifier.public_key).decode()
    return f"{verifier.name}+{verifier.key_id.hex()}+{key}"


def parse_verifier(text: str) -> Verifier:
    """LogBroken for anything `format_verifier` would not have written."""
    name, _, rest = text.partition("+")
    _, _, encoded = rest.partition("+")
    key = _base64(encoded)
    if not _NAME.fullmatch(name) or key[:1] != _ED25519 or len(key) != 33:
        raise LogBroken(f"not an Ed25519 verifier key: {text!r}")
    verifier = Verifier(name, key[1:])
    if format_verifier(verifier) != text:
        raise LogBroken(f"a verifier key that contradicts itself: {text!r}")
    return verifier


def format_key(key: SigningKey) -> str:
    """The signing key, to be kept secret."""
    return f"evalflow-key+{key.name}+{base64.b64encode(key.private_key.private_bytes_raw()).decode()}"


def parse_key(text: str) -> SigningKey:
    """LogBroken for anything `format_key` would not have written. Never quotes the text: it is a secret."""
    kind, _, rest = text.partition("+")
    name, _, encoded = rest.partition("+")
    seed = _base64(encoded)
    if kind != "evalflow-key" or not _NAME.fullmatch(name) or len(seed) != 32:
        raise LogBroken("not a signing key")
    return SigningKey(name, Ed25519PrivateKey.from_private_bytes(seed))


def sign_note(text: str, *keys: SigningKey) -> str:
    """The text with one signature by each key. ValueError unless it ends with a newline."""
    if not text.endswith("\n"):
        raise ValueError("a note's text ends with a newline")
    signed = {key: base64.b64encode(key.verifier.key_id + key.private_key.sign(text.encode())).decode() for key in keys}
    return f"{text}\n" + "".join(f"{_DASH}{key.name} {signature}\n" for key, signature in signed.items())


def open_note(note: str, verifiers: Sequence[Verifier]) -> str:
    """The text, once one of the verifiers accepts a signature and none refuses one made in its name. Else LogBroken."""
    text, lines = _split(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    accepted = False
    for line in lines:
        name, signature = _signature(line)
        verifier = known.get((name, signature[:4]))
        if verifier is None:
            continue
        if not verifier.accepts(text, signature[4:]):
            raise LogBroken(f"the signature of {name} does not fit the note")
        accepted = True
    if not accepted:
        raise LogBroken("the note bears no signature of a known key")
    return text


def text_of(note: str) -> str:
    """The text of a note whose signatures nobody has checked yet. LogBroken where it is no note."""
    return _split(note)[0]


def _split(note: str) -> tuple[str, list[str]]:
    if any(ord(letter) < 0x20 and letter != "\n" for letter in note):
        raise LogBroken("a note with control characters")
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise LogBroken("not a signed note")
    return f"{text}\n", signatures[:-1].split("\n")


def _signature(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    signature = _base64(encoded)
    if not line.startswith(_DASH) or not _NAME.fullmatch(name) or len(signature) < 5:
        raise LogBroken(f"not a signature line: {line!r}")
    return name, signature


def _base64(text: str) -> bytes:
    """b"" for anything but standard, padded base64."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return found if base64.b64encode(found).decode() == text else b""


def format_checkpoint(origin: str, size: int, root: bytes) -> str:
    """The text of a checkpoint, to be signed."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def parse_checkpoint(text: str) -> CheckpointText:
    """LogBroken for anything but three lines that `format_checkpoint` would have written."""
    lines = text.split("\n")
    root = _base64(lines[2]) if len(lines) == 4 else b""
    if len(root) != 32 or not lines[0] or not re.fullmatch("0|[1-9][0-9]*", lines[1]) or lines[3]:
        raise LogBroken(f"not a checkpoint: {text!r}")
    return CheckpointText(lines[0], int(lines[1]), root)
