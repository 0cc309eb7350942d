"""The mark of an act whose form is saved while it is typed; nothing else is ever kept."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])


def autosaved(view: View) -> View:
    """Under `@guarded`: what is typed into the form of this act is kept for its person until it is done."""
    view.is_autosaved = True  # type: ignore[attr-defined]
    return view


def is_autosaved(app: Flask, endpoint: str) -> bool:
    return bool(getattr(app.view_functions.get(endpoint), "is_autosaved", False))
