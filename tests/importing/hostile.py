"""Workbooks made to harm whoever reads them. Each is small; what it asks for is not."""

import io
import zipfile
from collections.abc import Iterable

HEAD = '<?xml version="1.0"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = (
    f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
    "</workbook>"
)
LINKS = f'{HEAD}<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'
HEADINGS = "".join(f'<c t="str"><v>{name}</v></c>' for name in ("账号", "姓名", "支部代码"))


def zipped(parts: dict[str, str | bytes], *, level: int = 9) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


def xlsx(rows: str, *, after: str = "", **parts: str) -> bytes:
    """rows: what stands in the sheet's data below its headings; after: behind its data; parts: others by name."""
    sheet = (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData><row r="1">{HEADINGS}</row>{rows}</sheetData>{after}</worksheet>'
    )
    return zipped(
        {"xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": LINKS, "xl/worksheets/sheet1.xml": sheet}
        | {f"xl/{name}.xml": text for name, text in parts.items()}
    )


def ods(table: str) -> bytes:
    office, tables, text = (f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text"))
    spaces = f'xmlns:office="{office}" xmlns:table="{tables}" xmlns:text="{text}"'
    content = f"{HEAD}<office:document-content {spaces}><table:table>{table}</table:table></office:document-content>"
    return zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def far_rows() -> bytes:
    """Row numbers up to two thousand million."""
    numbers: Iterable[int] = range(10, 2_000_000_000, 10_000_000)
    return xlsx("".join(f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>' for number in numbers))


def empty_rows() -> bytes:
    """Twenty million rows without a cell: 140 MB of nothing."""
    return xlsx("<row/>" * 20_000_000)


def empty_cells() -> bytes:
    """Rows full of cells that are only styled, as whole sheets with a border have them."""
    return xlsx(f"<row>{'<c s=' + chr(34) + '1' + chr(34) + '/>' * 1}</row>" * 4_000_000)


def long_strings() -> bytes:
    """A text of 32,767 characters that is shown by a million cells."""
    strings = f'{HEAD}<sst xmlns="{MAIN}"><si><t>{"长" * 32_767}</t></si></sst>'
    row = '<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>'
    return xlsx(row * 330_000, sharedStrings=strings)


def one_string() -> bytes:
    """A single text of 90 million characters."""
    return xlsx("", sharedStrings=f'{HEAD}<sst xmlns="{MAIN}"><si><t>{"a" * 90_000_000}</t></si></sst>')


def swelling_entities() -> bytes:
    """Entities that stand for each other: a thousand million laughs."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    strings = f'{HEAD}<!DOCTYPE sst [<!ENTITY e0 "ha">{entities}]><sst xmlns="{MAIN}"><si><t>&e9;</t></si></sst>'
    return xlsx("", sharedStrings=strings)


def merged_everywhere() -> bytes:
    """Areas that overlap over the whole sheet."""
    areas = "".join(f'<mergeCell ref="A1:A{1_048_576 - n}"/>' for n in range(100_000))
    return xlsx(
        "".join(f"<row><c><v>{n}</v></c></row>" for n in range(20_000)), after=f"<mergeCells>{areas}</mergeCells>"
    )


def many_styles() -> bytes:
    """A million styles."""
    styles = f'{HEAD}<styleSheet xmlns="{MAIN}"><cellXfs>{"<xf/>" * 8_000_000}</cellXfs></styleSheet>'
    return xlsx("", styles=styles)


def deep() -> bytes:
    """Elements in elements, ten million deep."""
    return xlsx("<a>" * 10_000_000)


def many_parts() -> bytes:
    """A list of thirty thousand parts."""
    return zipped({f"{number:020d}": b"" for number in range(30_000)})


def repeated_rows() -> bytes:
    """One row of an OpenDocument table, two thousand million times."""
    cell = '<table:table-cell table:number-columns-repeated="2000000000"><text:p>a</text:p></table:table-cell>'
    return ods(f'<table:table-row table:number-rows-repeated="2000000000">{cell}</table:table-row>')


def repeated_nothing() -> bytes:
    """Two thousand million blank rows that are hidden, many times over."""
    return ods('<table:table-row table:visibility="filter" table:number-rows-repeated="2000000000"/>' * 200_000)


def commas() -> bytes:
    """Five megabytes of nothing but separators."""
    return b"," * (5 * 1024 * 1024)


def lines() -> bytes:
    """Five megabytes of blank lines."""
    return b"\n" * (5 * 1024 * 1024)


def quotes() -> bytes:
    """One cell of five megabytes."""
    return b'"' + b"a\n" * (5 * 1024 * 1024 // 2 - 2) + b'"'


def locked() -> bytes:
    """A workbook with a password, as Excel writes it: an old container that holds an encrypted one."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "EncryptedPackage".encode("utf-16-le") + bytes(1024)


def damaged() -> bytes:
    """The first half of a workbook."""
    whole = xlsx("".join(f"<row><c><v>{number}</v></c></row>" for number in range(1000)))
    return whole[: len(whole) // 2]
