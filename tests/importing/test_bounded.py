"""Files made to harm: each is refused with a sentence, within bounds that were measured, and pages go on."""

import io
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

import evalflow
from evalflow.access import Role
from evalflow.errors import Invalid, TooMany
from evalflow.importing import bounded, limits, reading
from tests.builders import House
from tests.importing import hostile
from tests.visitors import Visitor

OFFICE = Path(__file__).with_name("shown.xls")
ROOT = Path(evalflow.__file__).parent.parent
# The reading process itself, and then what it took: seconds of processor time, the most memory it ever held.
MEASURED = """
import os, re, sys
from evalflow.importing import reading
reading.main()
held = re.search("VmHWM:\\s+([0-9]+)", open("/proc/self/status").read())[1]
print(os.times().user + os.times().system, int(held) / 1024, file=sys.stderr)
"""
# What reading took when it was measured, doubled: seconds of processor time, megabytes. Unbounded, the empty rows took
# 337 seconds and 1.4 GB.
CEILINGS: tuple[tuple[Callable[[], bytes], str, float, int], ...] = (
    (hostile.far_rows, "too_many_rows", 1, 50),
    (hostile.empty_rows, "workbook_too_large", 6, 50),
    (hostile.empty_cells, "workbook_too_large", 7, 50),
    (hostile.long_strings, "workbook_too_large", 1, 50),
    (hostile.one_string, "workbook_too_large", 1, 70),
    (hostile.swelling_entities, "file_not_readable", 1, 50),
    (hostile.merged_everywhere, "workbook_too_large", 2, 60),
    (hostile.many_styles, "workbook_too_large", 3, 150),
    (hostile.deep, "workbook_too_large", 1, 50),
    (hostile.many_parts, "workbook_too_large", 1, 50),
    (hostile.repeated_rows, "too_many_rows", 4, 100),
    (hostile.repeated_nothing, "", 5, 60),
    (hostile.commas, "", 2, 220),
    (hostile.lines, "", 5, 200),
    (hostile.quotes, "file_not_readable", 1, 160),
    (hostile.locked, "file_locked", 1, 50),
    (hostile.damaged, "file_not_readable", 1, 60),
)


@pytest.mark.parametrize(
    ("attack", "code", "seconds", "megabytes"), CEILINGS, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_hostile_file_is_answered_within_its_measured_ceiling(
    attack: Callable[[], bytes], code: str, seconds: float, megabytes: int
) -> None:
    command = [sys.executable, "-P", "-c", MEASURED]
    done = subprocess.run(command, input=attack(), capture_output=True, env={"PYTHONPATH": str(ROOT)}, check=True)
    used, held = (float(figure) for figure in done.stderr.split())
    assert f'"refused": "{code}"'.encode() in done.stdout if code else b'"sheets"' in done.stdout
    assert used <= seconds
    assert held <= megabytes


def test_what_takes_too_long_or_too_much_memory_is_ended_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = "import evalflow.importing.reading as r; r.bound(); [1 for _ in iter(int, 1)]"
    hungry = "import evalflow.importing.reading as r; r.bound(); bytes(10**10)"
    monkeypatch.setattr(limits, "PATIENCE", 0.5)
    for program in (endless, hungry):
        monkeypatch.setattr(bounded, "COMMAND", (sys.executable, "-P", "-c", program))
        with pytest.raises(Invalid, match="workbook_too_large"):
            bounded.read(b"")


def test_the_reading_process_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALFLOW_SECRET", "hidden")
    told = "import json, os; print(json.dumps({'refused': ' '.join(sorted(os.environ))}))"
    monkeypatch.setattr(bounded, "COMMAND", (sys.executable, "-P", "-c", told))
    with pytest.raises(Invalid) as refused:
        bounded.read(b"")
    assert "EVALFLOW" not in str(refused.value)


@given(st.data())
def test_no_damage_to_a_workbook_brings_more_than_a_sentence(data: st.DataObject) -> None:
    """Bytes changed at will, and the file cut off anywhere: what is left is read or refused, nothing else."""
    content = bytearray(OFFICE.read_bytes())
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=8)
    ):
        content[place] = byte
    answer = reading.answer(bytes(content[: data.draw(st.integers(8, len(content)))]))
    assert set(answer) <= {"sheets", "refused"}


def test_few_are_read_at_once_and_the_others_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = "import sys, time; sys.stdin.buffer.read(); time.sleep(1); print('{\"sheets\": []}')"
    monkeypatch.setattr(bounded, "COMMAND", (sys.executable, "-c", slow))
    told: list[str] = []

    def upload() -> None:
        try:
            bounded.read(b"")
        except TooMany as refusal:
            told.append(refusal.code)
        else:
            told.append("read")

    threads = [threading.Thread(target=upload) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    room = limits.AT_ONCE + limits.WAITING
    assert Counter(told) == {"read": room, "reading_busy": 20 - room}


def test_fifty_uploads_of_one_attack_leave_the_first_page_answering(house: House, app: Flask) -> None:
    """Eight threads serve, as in a worker; the page is asked for behind all fifty uploads."""
    content = hostile.many_styles()
    administrator = house.person("admin", Role.ADMINISTRATOR)
    visitors = [Visitor(app).become(administrator, house.database) for _ in range(50)]
    for visitor in visitors:
        visitor.get("/people/import")
    told: list[tuple[str, int]] = []
    waiting = iter(visitors)
    lock = threading.Lock()

    def serve() -> None:
        while True:
            with lock:
                visitor = next(waiting, None)
            if visitor is None:
                break
            told.append(("upload", visitor.post("/people/import", file=(io.BytesIO(content), "a.xlsx")).status_code))
        told.append(("page", Visitor(app).get("/").status_code))

    threads = [threading.Thread(target=serve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status for what, status in told if what == "upload"} == {422, 429}
    first_page = told.index(("page", 200))
    assert [one for one in told[first_page:] if one[0] == "upload"], "a page is answered while uploads are being read"


@pytest.mark.parametrize(
    ("attack", "sentence"),
    [
        (hostile.long_strings, "读取该工作簿所需的时间或内存超出限制"),
        (hostile.locked, "文件设有密码"),
        (hostile.damaged, "文件已损坏或不是电子表格"),
        (hostile.far_rows, "超过20000行"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_upload_page_comes_back_with_the_reason(
    house: House, visitor: Visitor, attack: Callable[[], bytes], sentence: str
) -> None:
    visitor.become(house.person("admin", Role.ADMINISTRATOR), house.database)
    visitor.get("/people/import")
    answer = visitor.post("/people/import", file=(io.BytesIO(attack()), "a.xlsx"))
    assert answer.status_code == 422
    assert sentence in answer.text
