"""Bytes of a file as text, and text in pieces of whole rows, as a stream: little memory for any file."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from core.api.fields import plain
from core.api.parsers import parse_json
from core.errors import InvalidPayload

PIECE_LENGTH: Final = 256 * 1024
MAX_CELL: Final = 1_000_000
MAX_COLUMNS: Final = 500
MAX_WORD: Final = 255
MAX_LINE: Final = 8 * 1024 * 1024

_SEPARATORS: Final = ",;\t|"
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT: Final = (b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"\xd0\xcf\x11\xe0")

csv.field_size_limit(MAX_CELL)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Whole rows, written as they came; `first_row` counts from 0, the header not included."""

    first_row: int
    rows_count: int
    content: str


def encoding_of(head: bytes, *, strict: bool) -> str:
    """How the first bytes of a file say that it is written; `strict`: nothing but UTF-8 will do.

    Without a mark it is UTF-8, and turns out not to be while it is read (`Undecodable`).

    :raises InvalidPayload: no text, or with `strict` another encoding.
    """
    if head.startswith(_NOT_TEXT):
        raise InvalidPayload("The file is no text. Save the sheet as CSV (UTF-8).")
    found = next((name for mark, name in _BOMS if head.startswith(mark)), "utf-8")
    if found == "utf-8" and len(head) >= 4 and b"\0" in head[:4]:
        # Half of the bytes of plain words in UTF-16 are zero.
        found = "utf-16-le" if head[1] == 0 else "utf-16-be"
    if strict and not found.startswith("utf-8"):
        if found.endswith(("-le", "-be")):
            raise InvalidPayload("The file must not contain NUL characters.")
        raise InvalidPayload("The file must be UTF-8 text.")
    return found


class Undecodable(InvalidPayload):
    """The bytes are not text in the encoding that was tried."""


def decoded(pieces: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The text of a file, piece by piece.

    :raises Undecodable: it is written in another way.
    :raises InvalidPayload: it holds a NUL.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    for data, is_last in _with_last(pieces):
        try:
            text = decoder.decode(data, is_last)
        except UnicodeError:
            raise Undecodable("The file must be UTF-8 text.") from None
        if "\0" in text:
            raise InvalidPayload("The file must not contain NUL characters.")
        if text:
            yield text


def _with_last(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    for piece in pieces:
        yield piece, False
    yield b"", True


def lines(text: Iterable[str]) -> Iterator[str]:
    """Lines with their ends, whichever of LF, CR LF and CR it is, as `csv.reader` wants them.

    :raises InvalidPayload: an endless line.
    """
    rest = ""
    for piece in text:
        # A CR at the very end may be half of a line's end.
        whole = (rest + piece).splitlines(keepends=True) if _is_plain(piece) else _split(rest + piece)
        rest = whole.pop() if whole else ""
        if len(rest) > MAX_LINE:
            raise InvalidPayload(f"A line is longer than {MAX_LINE // 1024 // 1024} MB: is it a text file?")
        yield from whole
    if rest:
        yield rest


def _is_plain(piece: str) -> bool:
    """Whether `splitlines` ends lines only where we do; it also does at some odd characters."""
    return piece.isascii() and not any(odd in piece for odd in "\v\f\x1c\x1d\x1e")


def _split(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def separator_of(line: str) -> str:
    """What stands between the words of a header: the one that is there most often, a comma in doubt."""
    return max(_SEPARATORS, key=line.count)


def header_of(source: Iterator[str], separator: str) -> list[str]:
    """The words of the first row.

    :raises InvalidPayload: no header line, a word twice, too many words, or not CSV at all.
    """
    try:
        header = [word.strip() for word in next(csv.reader(source, delimiter=separator), [])]
    except csv.Error as error:
        raise InvalidPayload(f"The file must be CSV: {error}.") from None
    if not any(header):
        raise InvalidPayload("The file must begin with a header line.")
    if len(header) > MAX_COLUMNS:
        raise InvalidPayload(f"The header line has {len(header)} words; at most {MAX_COLUMNS} are read.")
    if any(len(word) > MAX_WORD for word in header):
        raise InvalidPayload(f"A word of the header line is longer than {MAX_WORD} characters.")
    words = [word.lower() for word in header if word]
    if len(set(words)) != len(words):
        raise InvalidPayload("The header line must not hold a word twice.")
    return header


def csv_pieces(source: Iterator[str], separator: str) -> Iterator[Piece]:
    """The rows after the header, cut between rows.

    :raises InvalidPayload: not CSV, or a quote that is never closed; says in which row.
    """
    kept: list[str] = []
    length = first_row = count = begin = 0

    def watched() -> Iterator[str]:
        nonlocal length
        for line in source:
            kept.append(line)
            length += len(line)
            yield line

    last: list[str] = []
    try:
        for _ in csv.reader(watched(), delimiter=separator):
            count += 1
            last, begin = kept[begin:], len(kept)
            if length >= PIECE_LENGTH:
                yield Piece(first_row=first_row, rows_count=count, content="".join(kept))
                kept.clear()
                first_row, count, length, begin = first_row + count, 0, 0, 0
    except csv.Error as error:
        where = first_row + count + 1
        raise InvalidPayload(f"The file must be CSV: row {where} cannot be read ({error}).") from None
    if _is_open(last, separator):
        raise InvalidPayload(
            f"The file must be CSV: the last quote, in row {first_row + count}, never closes."
        )
    if count:
        yield Piece(first_row=first_row, rows_count=count, content="".join(kept))


def _is_open(row: list[str], separator: str) -> bool:
    """Whether a row ends inside of quotes: then it has swallowed all rows that were to follow."""
    try:
        list(csv.reader(row, delimiter=separator, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def csv_rows(piece: str, separator: str) -> Iterator[list[str]]:
    """The rows of a piece; an empty line is a row without cells."""
    return csv.reader(lines([piece]), delimiter=separator)


def json_values(text: Iterable[str]) -> Iterator[Any]:
    """The values of a JSON array, or of lines of JSON, without holding all of them.

    :raises InvalidPayload: neither of the two.
    """
    decoder = json.JSONDecoder()
    buffer, count, in_array = "", 0, False
    for piece in text:
        buffer += piece
        if not count and not in_array:
            buffer = buffer.lstrip()
            if buffer.startswith("["):
                in_array, buffer = True, buffer[1:]
        while True:
            buffer = buffer.lstrip().removeprefix(",").lstrip() if in_array else buffer.lstrip()
            if not buffer.startswith("{"):
                break
            try:
                _, end = decoder.raw_decode(buffer)
            except ValueError:
                if len(buffer) > MAX_CELL:
                    raise InvalidPayload(f"Row {count + 1} is no JSON object.") from None
                break
            except RecursionError:
                raise InvalidPayload(f"Row {count + 1} is nested too deep.") from None
            yield _checked(buffer[:end], count + 1)
            count, buffer = count + 1, buffer[end:]
    rest = buffer.strip().removeprefix("]").strip() if in_array else buffer.strip()
    if rest:
        raise InvalidPayload(f"Row {count + 1} is no JSON object.")


def _checked(text: str, row: int) -> Any:
    try:
        return plain(parse_json(text.encode(errors="surrogatepass")))
    except InvalidPayload as error:
        raise InvalidPayload(f"Row {row}: {error.details}") from None


def json_pieces(values: Iterable[Any]) -> Iterator[Piece]:
    """The values, one a line, in pieces."""
    kept: list[str] = []
    length = first_row = 0
    for value in values:
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
        kept.append(line)
        length += len(line)
        if length >= PIECE_LENGTH:
            yield Piece(first_row=first_row, rows_count=len(kept), content="".join(kept))
            first_row, length = first_row + len(kept), 0
            kept = []
    if kept:
        yield Piece(first_row=first_row, rows_count=len(kept), content="".join(kept))
