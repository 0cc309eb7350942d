"""What an upload is, by its bytes; what a browser or its file name claims counts for nothing."""

import hashlib
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from evalflow.errors import Invalid
from evalflow.files import images

MAX_IMAGE_BYTES = 12 * 1024 * 1024
MAX_FILE_BYTES = 16 * 1024 * 1024
LONGEST_NAME = 120
EXTENSIONS = {
    **images.EXTENSIONS,
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "text/plain": ".txt",
    "text/csv": ".csv",
}
PICTURES = "image/jpeg,image/png,image/webp"  # what a page offers to choose; phones then send no HEIC
DOCUMENTS = f".pdf,.docx,.xlsx,.pptx,.txt,.csv,{PICTURES}"
_OFFICE = {"word/document.xml": ".docx", "xl/workbook.xml": ".xlsx", "ppt/presentation.xml": ".pptx"}
_MEDIA_TYPE = {extension: media_type for media_type, extension in EXTENSIONS.items()}
_MARKUP = re.compile(rb"<\s*(?:!doctype|\?xml|html|svg|script|body|head|iframe|math)\b", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx")
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = {
    "EncryptedPackage": "file_encrypted",
    "WordDocument": "file_old_text",
    "Workbook": "file_old_sheet",
    "PowerPoint Document": "file_old_slides",
}
_OLD_NAMES = {
    **dict.fromkeys((".doc", ".wps"), "file_old_text"),
    **dict.fromkeys((".xls", ".et"), "file_old_sheet"),
    **dict.fromkeys((".ppt", ".dps"), "file_old_slides"),
}
_MOST_MEMBERS, _LONGEST_LIST = 5000, 1024 * 1024


@dataclass(frozen=True)
class Cleaned:
    """An upload as it may be kept. small: of a picture only, else empty. waits: as which waiting file, 0 for none."""

    name: str
    media_type: str
    content: bytes
    small: bytes = b""
    waits: int = 0

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def cleaned_image(name: str, content: bytes) -> Cleaned:
    """A JPEG, PNG or WebP picture, encoded anew. Invalid for anything else, and for too much of it."""
    _bounded(content, MAX_IMAGE_BYTES)
    if _is_heic(content):
        raise Invalid("image_heic")
    media_type, picture, small = images.reencode(content)
    return Cleaned(clean_name(name, EXTENSIONS[media_type]), media_type, picture, small)


def cleaned_file(name: str, content: bytes) -> Cleaned:
    """PDF, Word, Excel or PowerPoint without macros, plain text, CSV, or a picture; Invalid for anything else.

    What people have and can change themselves is refused with what to do: HEIC, old office files, passwords.
    """
    _bounded(content, MAX_FILE_BYTES)
    if _is_picture(content) or _is_heic(content):
        return cleaned_image(name, content)
    media_type = _media_type(name, content)
    return Cleaned(clean_name(name, EXTENSIONS[media_type]), media_type, content)


def clean_name(name: str, extension: str) -> str:
    """The file's name without folders and control characters, and with the extension that its content deserves.

    >>> clean_name("C:\\\\公示\\\\材料.PDF", ".pdf"), clean_name("../../x.html", ".txt"), clean_name("", ".jpg")
    ('材料.pdf', 'x.txt', 'file.jpg')
    """
    base = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    stem = base.rpartition(".")[0] or base
    shown = "".join(char for char in stem if char.isprintable()).strip(" .")
    return f"{shown[: LONGEST_NAME - len(extension)] or 'file'}{extension}"


def _bounded(content: bytes, most: int) -> None:
    if not content:
        raise Invalid("file_empty")
    if len(content) > most:
        raise Invalid("file_too_large", megabytes=most // 1024**2)


def _is_picture(content: bytes) -> bool:
    webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return webp or content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def _is_heic(content: bytes) -> bool:
    """Whether its first box names one of the brands of HEIC (ISO/IEC 23008-12)."""
    if content[4:8] != b"ftyp":
        return False
    box = content[8 : min(int.from_bytes(content[:4]), 256)]
    return any(box[at : at + 4] in _HEIC for at in range(0, len(box), 4))


def _old_office(name: str, content: bytes) -> str:
    """What to say of an OLE2 file, by the streams it holds, or else by its name: both WPS and Office write these."""
    for stream, code in _STREAMS.items():
        if stream.encode("utf-16-le") in content:
            return code
    return _OLD_NAMES.get(PurePosixPath(name.lower()).suffix, "file_type_refused")


def _media_type(name: str, content: bytes) -> str:
    if content.startswith(_OLE2):
        raise Invalid(_old_office(name, content))
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"PK\x03\x04"):
        return _MEDIA_TYPE[_office(content)]
    extension = PurePosixPath(name.lower()).suffix
    if extension in (".txt", ".csv") and _is_text(content):
        return _MEDIA_TYPE[extension]
    raise Invalid("file_type_refused")


def _office(content: bytes) -> str:
    """The extension of an office document; a macro, or anything else in a ZIP, is refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = parts.namelist()
            if len(names) > _MOST_MEMBERS or "[Content_Types].xml" not in names:
                raise Invalid("file_type_refused")
            if parts.getinfo("[Content_Types].xml").file_size > _LONGEST_LIST:
                raise Invalid("file_type_refused")
            types = parts.read("[Content_Types].xml").lower()
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError, NotImplementedError):
        raise Invalid("file_type_refused") from None
    if b"macroenabled" in types or b"vbaproject" in types or any("vbaproject" in name.lower() for name in names):
        raise Invalid("file_has_macros")
    found = [extension for part, extension in _OFFICE.items() if part in names]
    if len(found) != 1:
        raise Invalid("file_type_refused")
    return found[0]


def _is_text(content: bytes) -> bool:
    """Text in UTF-8 or GB18030 that no browser could take for a page."""
    if _CONTROL.search(content) or _MARKUP.search(content):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
