"""What an address of a mailbox looks like: enough to refuse slips and anything that would break a header."""

import re

LONGEST = 254  # RFC 5321, with its brackets taken off
# RFC 5322's dot-atom on both sides; quoted local parts and literal addresses are not for people's mailboxes.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")


def flaw(address: str) -> str:
    """The code of what is wrong with an address; "" when nothing is.

    >>> [flaw(one) for one in ("li@example.com", "li@", "li@example", "a b@example.com", "li@example.com\\nBcc: x@y.z")]
    ['', 'address_malformed', 'address_malformed', 'address_malformed', 'address_malformed']
    """
    if len(address) > LONGEST:
        return "address_too_long"
    return "" if _ADDRESS.fullmatch(address) else "address_malformed"
