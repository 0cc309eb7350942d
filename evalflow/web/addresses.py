"""Addresses of this site in full, for whatever leaves it: links handed over, calendars, posters, documents.

They begin with the site's address as it is set, never with what a request says its host is: whoever sends a request
chooses that, and a link handed over would lead to them. Only on the machine itself, where people try the program out,
the host of the request is good enough.
"""

from urllib.parse import urlsplit

from flask import request

from evalflow.web.current import config

OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


def in_full(path: str) -> str:
    """A path with the address people use; "" where that is not known, so that nothing is written instead."""
    site = config().site_url or _own_machine()
    return f"{site}{path}" if site else ""


def _own_machine() -> str:
    root = request.host_url.rstrip("/")
    try:
        return root if urlsplit(root).hostname in OWN_MACHINE else ""
    except ValueError:  # no host has such a name
        return ""
