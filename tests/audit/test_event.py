"""Events have one text, and what is personal is only committed to."""

from datetime import UTC, datetime

import pytest

from evalflow.audit.event import Event, EventType, canonical, commit, decode, encode
from evalflow.errors import LogBroken

EVENT = Event(
    "ab" * 16, datetime(2026, 7, 1, 1, 30, tzinfo=UTC), "award.finalised", "committee", "s", "t", {"品": 1}, ""
)
TEXT = (
    '{"actor":"committee","at":"2026-07-01T01:30:00.000000Z","commitment":"","format":1,'
    '"id":"abababababababababababababababab","public":{"品":1},"season":"s","stage":"t","type":"award.finalised"}'
)


def test_an_event_has_this_text() -> None:
    assert encode(EVENT).decode() == TEXT
    assert decode(TEXT.encode()) == EVENT


@pytest.mark.parametrize(
    "text",
    [
        TEXT + " ",
        TEXT.replace(":1,", ": 1,"),
        TEXT.replace('"format":1', '"format":2'),
        TEXT.replace('"s"', '"s","more":1'),
        TEXT.replace(".000000Z", "Z"),
        TEXT.replace(".000000Z", ".000000"),
        TEXT.replace("01:30:00.000000Z", "09:30:00.000000+08:00"),
        TEXT.replace("T01", " 01"),
        "[]",
        "",
        "\udcff",
    ],
)
def test_any_other_text_of_it_is_refused(text: str) -> None:
    with pytest.raises(LogBroken):
        decode(text.encode("utf-8", "surrogateescape"))


def test_no_float_enters_the_log() -> None:
    with pytest.raises(TypeError, match="a float"):
        canonical({"score": [1.5]})


def test_an_event_larger_than_a_log_entry_is_refused() -> None:
    with pytest.raises(ValueError, match="too many for a log entry"):
        encode(Event("ab" * 16, EVENT.at, "x", "", "", "", {"text": "字" * 30_000}, ""))


def test_a_commitment_needs_its_salt() -> None:
    assert commit(b"\0" * 16, {"person": 1}) != commit(b"\1" * 16, {"person": 1})


def test_a_type_refuses_fields_it_does_not_declare() -> None:
    event_type = EventType("x.happened", zh="", en="", public=("a",), personal=("b",))
    event_type.check({"a": 1}, {"b": 2})
    with pytest.raises(ValueError, match=r"declared \['a'\], given \['a', 'c'\]"):
        event_type.check({"a": 1, "c": 3}, {"b": 2})
    with pytest.raises(ValueError, match=r"declared \['b'\], given \[\]"):
        event_type.check({"a": 1}, {})
