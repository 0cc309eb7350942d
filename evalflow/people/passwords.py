"""Passwords: what is accepted, and Argon2id at no more than two at a time.

One hash costs about 19 MiB and 30 to 50 ms. When many people sign in at once they queue here for their turn; the
cost is never lowered for them. The parameters are the floor OWASP's password storage sheet gives for Argon2id.
"""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from evalflow.errors import Invalid
from evalflow.people.names import normal_login

SHORTEST, LONGEST = 10, 200
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Compared with when there is no account, so that an unknown login costs the same time as a wrong password.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$MD/UOIIqyahOO3uGnf3mfA$0K+nkQKVVvdw5INhriVH1CU/NQUFfQWgRqVKI/MxEgo"
_TURNS = threading.BoundedSemaphore(2)


def check(password: str, *, login: str) -> None:
    """Refuse (`Invalid`) a new password of fewer than 10 or more than 200 characters, or the login itself."""
    flaw = _flaw(_normal(password), login)
    if flaw:
        raise Invalid(flaw, fields={"password": flaw}, shortest=SHORTEST, longest=LONGEST)


def hash_password(password: str) -> str:
    """The Argon2id string to keep; each call has its own salt."""
    with _TURNS:
        return HASHER.hash(_normal(password))


def matches(password_hash: str, password: str) -> bool:
    """Whether this is the password. "" (no account, or none chosen yet) takes as long and is never matched."""
    with _TURNS:
        try:
            HASHER.verify(password_hash or NOBODY, _normal(password))
        except VerifyMismatchError:
            return False
    return bool(password_hash)


def _normal(password: str) -> str:
    """The same characters typed on another keyboard are the same password (RFC 8265, OpaqueString: NFC)."""
    return unicodedata.normalize("NFC", password)


def _flaw(password: str, login: str) -> str:
    if len(password) < SHORTEST:
        return "password_too_short"
    if len(password) > LONGEST:
        return "password_too_long"
    return "password_is_login" if normal_login(password) == normal_login(login) else ""
