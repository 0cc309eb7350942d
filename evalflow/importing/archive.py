"""The parts of a workbook that is a ZIP, read a piece at a time and never more than is allowed.

What a directory claims about sizes counts for nothing: every byte that comes out is counted.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from evalflow.importing import limits
from evalflow.importing.sheets import TooMuch, Unreadable

PIECE = 64 * 1024
MAX_DIRECTORY = 1024 * 1024  # bytes of the list of parts
Attributes = Mapping[str, str]


class Archive:
    """A ZIP whose parts can be read. Unreadable for what is none; TooMuch where more comes out than is allowed."""

    def __init__(self, content: bytes) -> None:
        if directory_size(content) > MAX_DIRECTORY:
            raise TooMuch
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, OSError, ValueError, LookupError, NotImplementedError) as wrong:
            raise Unreadable from wrong
        self._left, self._elements, self._depth = limits.MAX_UNPACKED, limits.MAX_ELEMENTS, 0
        self.names = frozenset(self._zip.namelist())

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part in pieces."""
        try:
            with self._zip.open(name) as part:
                while piece := part.read(PIECE):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise TooMuch
                    yield piece
        except RuntimeError as locked:  # zipfile's word for a part with a password
            raise Unreadable("file_locked") from locked
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as wrong:
            raise Unreadable from wrong

    def tree(self, name: str) -> Element:
        """A small part whole."""
        builder, seen = TreeBuilder(), 0

        def start(tag: str, attributes: Attributes) -> None:
            nonlocal seen
            seen += 1
            if seen > limits.MAX_SMALL:
                raise TooMuch
            builder.start(tag, dict(attributes))

        self.walk(name, start, builder.end, lambda _text: None)
        return builder.close()

    def walk(
        self,
        name: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], object],
        text: Callable[[str], None],
    ) -> None:
        """Tell of every element and text of a part, in its order; names without their namespace."""
        parser = expat.ParserCreate()
        names: dict[str, str] = {}
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _no_document_type

        def begin(tag: str, attributes: Attributes) -> None:
            self._elements -= 1
            self._depth += 1
            if self._elements < 0 or self._depth > limits.MAX_DEPTH:
                raise TooMuch
            if tag not in names:
                names[tag] = local(tag)
            start(names[tag], attributes)

        def finish(tag: str) -> None:
            self._depth -= 1
            end(names[tag])

        parser.StartElementHandler, parser.EndElementHandler = begin, finish
        parser.CharacterDataHandler = text
        try:
            for piece in self.pieces(name):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        except expat.ExpatError as wrong:
            raise Unreadable from wrong


def local(tag: str) -> str:
    """A name without the prefix of its namespace.

    >>> local("x:row"), local("row")
    ('row', 'row')
    """
    return tag.rpartition(":")[2]


def named(attributes: Attributes, name: str) -> str:
    """An attribute by its name without its namespace, "" where there is none."""
    if name in attributes:
        return attributes[name]
    return next((value for key, value in attributes.items() if local(key) == name), "")


def directory_size(content: bytes) -> int:
    """Bytes of a ZIP's list of parts, as its last record says; 0 where there is none. Python reads it all at once."""
    at = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557))
    return int.from_bytes(content[at + 12 : at + 16], "little") if at >= 0 else 0


def _no_document_type(*_args: object) -> None:
    """No workbook has one; entities that swell are declared there."""
    raise Unreadable
