"""What can't be taken back is asked once more, on a page that says what follows; with or without JavaScript."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import render_template, request
from flask_babel import lazy_gettext as _l

from evalflow.web.held import CAME_FROM, Field, came_from

COUNTED = _l(
    "The result of this division stands in the minutes, and what is carried takes effect. Please compare the counts. "
    "Recorded by mistake it can be annulled with a reason, as long as nothing rests on it."
)
View = TypeVar("View", bound=Callable[..., Any])
NEW = ("csrf_token", CAME_FROM)  # the page's own form brings these itself
SURE = "is_sure"  # the field that the page about what follows adds to the form


def confirm_first(what_follows: Any, label: Any, *, when: Callable[[], bool] = lambda: True) -> Callable[[View], View]:
    """An act that is done only when its form comes with the confirmation; before, a page says what follows from it.

    Everything that was sent goes with the confirmation. what_follows, label: lazy texts, of the page and its button,
    the first one told by a function where it depends on the place.
    when: whether what was sent can't be taken back, for acts of which only some can't.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def asked(**arguments: Any) -> Any:
            if request.form.get(SURE) == "1" or not when():
                return view(**arguments)
            sent = [Field(*pair) for pair in request.form.items(multi=True) if pair[0] not in NEW]
            return render_template(
                "components/confirm.html",
                what_follows=what_follows() if callable(what_follows) else what_follows,
                label=label,
                to=request.full_path.rstrip("?"),
                fields=sent,
                sure=SURE,
                back=came_from(),
            )

        asked.asks_first = True  # type: ignore[attr-defined]
        return asked  # type: ignore[return-value]  # the same view, asked first

    return mark
