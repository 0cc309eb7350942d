"""What no address and no form may hold: told, or left, at the door instead of breaking inside.

Numbers and signs that no database keeps are refused. Signs that nobody sees (byte order marks, zero-width and direction
marks that come along with what is copied) are taken out of whatever is typed, but for passwords.
"""

from typing import Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import IntegerConverter, Map

from evalflow.signs import seen

GREATEST = 2**31 - 1  # what an INTEGER column holds on PostgreSQL
NUL = "\x00"
SECRET = ("password", "passphrase", "present_password", "again")  # fields left as they came, and never sent back


class TypedRequest(Request):
    """A request whose form holds what people see of what they typed."""

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        typed = self.__dict__["form"].items(multi=True)
        self.__dict__["form"] = ImmutableMultiDict((name, _as_seen(name, value)) for name, value in typed)


def _as_seen(name: str, value: str) -> str:
    """A password stays as it came, and what is refused has to arrive."""
    return value if name in SECRET or NUL in value else seen(value)


class RowNumber(IntegerConverter):
    """`<int:…>` in an address: a number too great to be a row's is an address that does not exist."""

    def __init__(self, map: Map, fixed_digits: int = 0, **limits: Any) -> None:  # noqa: A002 - werkzeug passes it by place
        super().__init__(map, fixed_digits, min=limits.get("min"), max=limits.get("max", GREATEST))


def row_number(text: str) -> int:
    """For `args.get(name, type=row_number)`: ValueError, so the default, where no row can have this number."""
    number = int(text)
    if not 0 <= number <= GREATEST:
        raise ValueError(f"no row has this number: {text!r}")
    return number


def install(app: Flask) -> None:
    app.request_class = TypedRequest
    app.url_map.converters["int"] = RowNumber
    app.before_request(refuse_nul)


def refuse_nul() -> None:
    """400 for text that PostgreSQL can't keep and that nobody can type."""
    told = (value for pairs in (request.args, request.form) for value in [*pairs.keys(), *_values(pairs)])
    if NUL in request.path or any(NUL in value for value in told):
        abort(400)


def _values(pairs: Any) -> list[str]:
    return [value for values in pairs.listvalues() for value in values]
