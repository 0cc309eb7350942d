"""Workbooks as LibreOffice calculates them: the values beside formulas are taken out first, for it would trust them."""

import io
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

SOFFICE = shutil.which("soffice")
NEEDED = pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice (soffice) here to calculate workbooks with")
SECONDS = 120
FORMULA = re.compile(rb"(</f>)<v>[^<]*</v>")


def emptied(content: bytes) -> bytes:
    """The workbook with formulas only: no value stands beside any of them."""
    written = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as source, ZipFile(written, "w", ZIP_DEFLATED) as target:
        for part in source.infolist():
            target.writestr(part, FORMULA.sub(rb"\1", source.read(part)))
    return written.getvalue()


def recalculated(books: Mapping[str, bytes], folder: Path) -> dict[str, Any]:
    """{name: workbook of values} after LibreOffice has opened and saved each."""
    assert SOFFICE is not None
    sources = [folder / f"{name}.xlsx" for name in books]
    for path, content in zip(sources, books.values(), strict=True):
        path.write_bytes(emptied(content))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [SOFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", folder / "out", *sources],
        check=True,
        capture_output=True,
        timeout=SECONDS,
    )
    return {path.stem: openpyxl.load_workbook(folder / "out" / path.name, data_only=True) for path in sources}


def changed(content: bytes, sheet: int, **cells: float) -> bytes:
    """The workbook after somebody typed other numbers into cells of a worksheet, and saved it with another program."""
    book, written = openpyxl.load_workbook(io.BytesIO(content)), io.BytesIO()
    for name, value in cells.items():
        assert isinstance(book.worksheets[sheet][name].value, int | float), f"{name} holds no number"
        book.worksheets[sheet][name] = value
    book.save(written)
    return written.getvalue()
