"""The installation's secret, from which the keys of cookies and of the counting of failed logins are derived."""

import hmac
import os
import secrets
from pathlib import Path

FILE = "secret.key"


def secret_of(folder: Path) -> bytes:
    """32 bytes from `secret.key` in the instance folder; made on first use, mode 600. Of several processes that start
    at once, one makes it."""
    path = folder / FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _make(path)
    secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    if len(secret) != 32:
        raise ValueError(f"{path} does not hold 32 bytes in hexadecimal digits")
    return secret


def derived(secret: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose, so that one tells nothing of another."""
    return hmac.digest(secret, purpose.encode(), "sha256")


def _make(path: Path) -> None:
    draft = path.with_name(f"{FILE}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
