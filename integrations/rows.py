"""The rows of a job, written into one text and read back from any position, as a stream."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from core.errors import InvalidPayload
from integrations.registry import Row, RowFormat

_MAX_CELL: Final = 1_000_000

csv.field_size_limit(_MAX_CELL)


def json_lines(values: Iterable[Any]) -> tuple[str, int]:
    """The text of JSON rows, and how many there are."""
    buffer = io.StringIO()
    count = 0
    for value in values:
        buffer.write(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")))
        buffer.write("\n")
        count += 1
    return buffer.getvalue(), count


def csv_text(raw: bytes) -> tuple[str, int]:
    """The text of a CSV file, and how many rows follow its header.

    :raises InvalidPayload: not UTF-8, a NUL, no header, a word twice in the header, or not CSV at all.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidPayload("The file must be UTF-8 text.") from None
    if "\0" in text:
        raise InvalidPayload("The file must not contain NUL characters.")
    try:
        reader = csv.reader(io.StringIO(text, newline=""))
        header = [word.strip().lower() for word in next(reader, [])]
        count = sum(1 for cells in reader if cells)
    except csv.Error as error:
        raise InvalidPayload(f"The file must be CSV: {error}.") from None
    if not any(header):
        raise InvalidPayload("The file must begin with a header line.")
    if len(set(header)) != len(header):
        raise InvalidPayload("The header line must not hold a word twice.")
    return text, count


def read(body: str, rows: RowFormat, *, start: int, size: int) -> list[Row]:
    """`size` rows from position `start` (0 is the first); fewer at the end."""
    found = islice(_all(body, rows), start, start + size)
    return [Row(number=start + offset, value=value) for offset, value in enumerate(found, 1)]


def _all(body: str, rows: RowFormat) -> Iterator[Any]:
    if rows is RowFormat.CSV:
        reader = csv.reader(io.StringIO(body, newline=""))
        header = [word.strip() for word in next(reader, [])]
        # A short row has its last cells empty; cells beyond the header have no name and are dropped.
        yield from (dict(zip(header, cells + [""] * len(header), strict=False)) for cells in reader if cells)
    else:
        yield from (json.loads(line) for line in io.StringIO(body, newline="\n") if line != "\n")
