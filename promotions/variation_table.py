"""The table of which variations are made: headings, cells, and how a cell is read. No database here.

Columns that the house knows change what they say; any other becomes metadata under its heading.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

MOST_ROWS: Final = 100
MOST_COLUMNS: Final = 20
_LONGEST_CELL: Final = 1000
_SAMPLE: Final = 4096


class Column(StrEnum):
    """What the house knows; the value is the heading that people see."""

    NAME = "Name"
    DESCRIPTION = "Description"
    START = "Start"
    END = "End"
    DISCOUNT = "Discount"
    SEGMENT = "Segment"
    PRODUCT = "Product"
    COLLECTION = "Collection"
    AREA = "Area"
    STORE = "Store"
    BUDGET = "Budget"
    CODES = "Codes"
    CODE = "Code"
    PATTERN = "Pattern"


HELP: Final[Mapping[Column, str]] = {
    Column.NAME: "What makes it different, such as “North, members”. It is put after the campaign's name.",
    Column.DESCRIPTION: "Notes for colleagues.",
    Column.START: "The first day, such as 2026-12-01, or an instant: 2026-12-01 09:00.",
    Column.END: "The last day, or the instant from which on it is over.",
    Column.DISCOUNT: "Its value: 25 for 25 % or, of an amount, 5.00.",
    Column.SEGMENT: "Name of a segment: only its customers.",
    Column.PRODUCT: "Product by name or the shop's id: only this product is discounted.",
    Column.COLLECTION: "Product collection by name: only its products are discounted.",
    Column.AREA: "Area by name.",
    Column.STORE: "Store by name or code.",
    Column.BUDGET: "How much discount it may give, such as 1000.00.",
    Column.CODES: "How many codes its launch makes.",
    Column.CODE: "The one code that everybody uses.",
    Column.PATTERN: "How its codes look: NORTH-####.",
}
_ALIASES: Final = {
    "suffix": Column.NAME,
    "from": Column.START,
    "starts": Column.START,
    "start date": Column.START,
    "until": Column.END,
    "ends": Column.END,
    "end date": Column.END,
    "value": Column.DISCOUNT,
    "products": Column.PRODUCT,
    "number of codes": Column.CODES,
    "how codes look": Column.PATTERN,
}
_KNOWN: Final = {column.value.lower(): column for column in Column} | _ALIASES


class TableNotRead(ValueError):
    """The text is no table that can be read; the message says why."""


class CellNotRead(ValueError):
    """A cell does not say what its column is for; the message says how it would."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Every row has as many cells as there are headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """Heading -> text, empty cells left out."""
        return {heading: text for heading, text in zip(self.headings, row, strict=True) if text}


def column_of(heading: str) -> Column | None:
    return _KNOWN.get(" ".join(heading.lower().split()))


def parse(text: str) -> Table:
    """A table from a CSV file, or pasted from a spreadsheet: commas, semicolons or tabs; headings first.

    :raises TableNotRead: no rows, too many, or headings that are missing or twice there.
    """
    text = text.lstrip("\ufeff").replace("\0", "")
    try:
        lines = [
            [cell.strip() for cell in line]
            for line in csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
        ]
    except csv.Error as error:
        raise TableNotRead(f"This is no table that can be read: {error}.") from error
    lines = [line for line in lines if any(line)]
    if len(lines) < 2:
        raise TableNotRead("Headings in the first line and at least one row below them are needed.")
    headings = lines[0]
    while headings and not headings[-1]:
        headings.pop()
    return table(headings, lines[1:])


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """:raises TableNotRead: see `parse`."""
    named = [column.value if (column := column_of(one)) else one for one in headings]
    if not named or not all(named):
        raise TableNotRead("Every column needs a heading.")
    if len(named) > MOST_COLUMNS:
        raise TableNotRead(f"A table has at most {MOST_COLUMNS} columns.")
    twice = sorted({one for one in named if named.count(one) > 1})
    if twice:
        raise TableNotRead(f"There are two columns {twice[0]}.")
    if len(rows) > MOST_ROWS:
        raise TableNotRead(f"At most {MOST_ROWS} variations are made at once; these are {len(rows)}.")
    too_long = [
        number for number, row in enumerate(rows, start=1) if len(row) > len(named) and any(row[len(named) :])
    ]
    if too_long:
        raise TableNotRead(f"Row {too_long[0]} has more cells than there are headings.")
    width = len(named)
    padded = (tuple(row[:width]) + ("",) * (width - len(row[:width])) for row in rows)
    return Table(
        headings=tuple(named),
        rows=tuple(tuple(cell[:_LONGEST_CELL] for cell in row) for row in padded),
    )


def multiplied(choices: Mapping[str, Sequence[str]], fixed: Mapping[str, str]) -> Table:
    """Every combination of the choices, with the same fixed cells; the name says the combination.

    :raises TableNotRead: there would be too many rows, or nothing was chosen.
    """
    chosen = {heading: values for heading, values in choices.items() if values}
    if not chosen:
        raise TableNotRead("Choose at least one area, segment or product.")
    given = {heading: text for heading, text in fixed.items() if text}
    combinations = list(itertools.product(*chosen.values()))
    return table(
        [Column.NAME.value, *chosen, *given],
        [[", ".join(combination), *combination, *given.values()] for combination in combinations],
    )


def read_percent(text: str) -> Decimal:
    """25, 25 %, 12,5 % -> a number above 0 up to 100."""
    value = _number(text.replace("%", ""), "Write a percentage such as 25.")
    if not 0 < value <= 100 or value != round(value, 2):
        raise CellNotRead("Write a percentage above 0 up to 100, such as 25.")
    return value


def read_amount(text: str) -> int:
    """5, 5.00, 5,00 EUR -> minor units, above 0."""
    value = _number(re.sub(r"[A-Za-z€$£]", "", text), "Write an amount such as 5.00.") * 100
    if value != value.to_integral_value() or not 0 < value <= 10**15:
        raise CellNotRead("Write an amount above 0 with at most two decimals, such as 5.00.")
    return int(value)


def read_count(text: str, highest: int) -> int:
    digits = text.replace(",", "").replace(" ", "")
    if not digits.isascii() or not digits.isdigit() or not 0 <= int(digits[:12]) <= highest:
        raise CellNotRead(f"Write a whole number from 0 to {highest:,}.")
    return int(digits)


def read_start(text: str, zone: ZoneInfo) -> datetime:
    """A day begins at its midnight."""
    return _instant(text, zone, days=0)


def read_end(text: str, zone: ZoneInfo) -> datetime:
    """A day is the last one: it is over at the midnight after it."""
    return _instant(text, zone, days=1)


def _instant(text: str, zone: ZoneInfo, *, days: int) -> datetime:
    try:
        if len(text) == len("2026-12-01"):
            return datetime.combine(date.fromisoformat(text) + timedelta(days=days), time.min, zone)
        found = datetime.fromisoformat(text)
        if not 1 < found.year < 9999:
            raise ValueError
    except (ValueError, OverflowError) as error:
        raise CellNotRead(
            "Write a day such as 2026-12-01, or a day with a time: 2026-12-01 09:00."
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _number(text: str, hint: str) -> Decimal:
    plain = text.strip().replace(" ", "")
    if "," in plain and "." not in plain:
        plain = plain.replace(",", ".")
    plain = plain.replace(",", "")
    if re.fullmatch(r"[0-9]{1,13}(\.[0-9]{1,4})?", plain) is None:
        raise CellNotRead(hint)
    return Decimal(plain)


def _delimiter(text: str) -> str:
    first = text[:_SAMPLE].splitlines()[0] if text.strip() else ""
    return max("\t;,", key=first.count)
