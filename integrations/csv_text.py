"""Values as cells of a CSV file: UTF-8, quoted as in RFC 4180, lines end with LF (contract: data file 8).

A spreadsheet runs a cell that begins like a formula, so such a cell gets an apostrophe in front (INVARIANTS
part 5). Plain numbers stay numbers. `meant` takes the apostrophe away again, where a file is read.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from core.instants import format_instant

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_MARKED: Final = re.compile(r"'+[=+\-@\t\r\n]")
_NUMBER: Final = re.compile(r"-[0-9]+(\.[0-9]+)?", re.ASCII)


def text(value: Any) -> str:
    """None is empty, instants are in UTC, lists and objects are JSON."""
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case datetime():
            return format_instant(value)
        case date():
            return value.isoformat()
    return harmless(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")))


def harmless(cell: str) -> str:
    """The cell with an apostrophe in front if a spreadsheet would take it for a formula."""
    if cell.startswith("'"):
        # An apostrophe of its own there would be taken for ours.
        return f"'{cell}" if _MARKED.match(cell) else cell
    if not cell.startswith(_STARTS_A_FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def meant(cell: str) -> str:
    """What `harmless` was given."""
    return cell[1:] if _MARKED.match(cell) else cell


class CsvBuffer:
    """Lines that are taken away as bytes before they become many."""

    def __init__(self) -> None:
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, lineterminator="\n")

    def write(self, cells: Iterable[str]) -> None:
        self._writer.writerow(cells)

    @property
    def length(self) -> int:
        """Characters that wait."""
        return self._text.tell()

    def take(self) -> bytes:
        """What waits; nothing waits afterwards."""
        content = self._text.getvalue().encode()
        self._text.seek(0)
        self._text.truncate()
        return content
