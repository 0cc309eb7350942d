"""Passwords: what is accepted, and Argon2id at no more than two at a time, with a bounded queue before it.

One hash costs about 19 MiB and 30 to 50 ms. When many people sign in at once they queue here for their turn; the
cost is never lowered for them. A queue without an end would hold every thread that answers requests, so beyond ten who
wait the next is asked to try again in a moment. The parameters are the floor OWASP's password storage sheet gives for
Argon2id. Nothing here is called inside a transaction.
"""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NewType

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from zxcvbn import zxcvbn

from evalflow.errors import Busy, Invalid
from evalflow.people.names import normal_login

PasswordHash = NewType("PasswordHash", str)

SHORTEST, LONGEST = 10, 200
FEWEST_GUESSES = 10**6  # a password that is found in fewer is refused; signing in lets through some 35 a day
LONGEST_ESTIMATED = 72  # what follows only makes a password better; the estimate takes up to 40 ms for these
# What zxcvbn's lists, made from leaks in other languages, do not know or find too late.
COMMON_HERE = ("woaini", "5201314", "1314520", "admin@123456", "admin@123", "dangyuan", "dangjian", "mima", "zhongguo")
AT_ONCE, WAITING = 2, 10
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Compared with when there is no account, so that an unknown login costs the same time as a wrong password.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$MD/UOIIqyahOO3uGnf3mfA$0K+nkQKVVvdw5INhriVH1CU/NQUFfQWgRqVKI/MxEgo"
_TURNS = threading.BoundedSemaphore(AT_ONCE)
_PLACES = threading.BoundedSemaphore(AT_ONCE + WAITING)
_ESTIMATING = threading.Lock()  # zxcvbn keeps the words of its caller in a table that all callers share


def chosen(password: str, *, login: str, name: str = "") -> PasswordHash:
    """The Argon2id string to keep of a new password; each call has its own salt.

    Invalid for fewer than 10 or more than 200 characters, for the login itself, and for a password that an estimate
    (zxcvbn, which knows leaked passwords, keyboard rows, years, this login and name) finds within a million guesses.
    Busy when too many wait.
    """
    flaw = _flaw(_normal(password), login, name)
    if flaw:
        raise Invalid(flaw, fields={"password": flaw}, shortest=SHORTEST, longest=LONGEST)
    with _turn():
        return PasswordHash(HASHER.hash(_normal(password)))


def matches(password_hash: str, password: str) -> bool:
    """Whether this is the password. "" (no account, or none chosen yet) takes as long and is never matched.

    Busy when too many wait.
    """
    with _turn():
        try:
            HASHER.verify(password_hash or NOBODY, _normal(password))
        except VerifyMismatchError:
            return False
    return bool(password_hash)


@contextmanager
def _turn() -> Iterator[None]:
    if not _PLACES.acquire(blocking=False):
        raise Busy("busy_signing_in")
    try:
        with _TURNS:
            yield
    finally:
        _PLACES.release()


def _normal(password: str) -> str:
    """The same characters typed on another keyboard are the same password (RFC 8265, OpaqueString: NFC)."""
    return unicodedata.normalize("NFC", password)


def _flaw(password: str, login: str, name: str) -> str:
    if len(password) < SHORTEST:
        return "password_too_short"
    if len(password) > LONGEST:
        return "password_too_long"
    if normal_login(password) == normal_login(login):
        return "password_is_login"
    return "password_easily_guessed" if _guesses(password, login, name) < FEWEST_GUESSES else ""


def _guesses(password: str, login: str, name: str) -> float:
    with _ESTIMATING:
        found = zxcvbn(password[:LONGEST_ESTIMATED], user_inputs=[login, name, *COMMON_HERE])
    return float(found["guesses"])
