"""Tables of variations: what can be read, and what is said about what cannot."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions import variation_table as tables
from promotions.variation_table import CellNotRead, Column, TableNotRead

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_reads_files_and_what_was_pasted(delimiter: str) -> None:
    lines = [["name", "DISCOUNT", "Region"], ["North", "25 %", "N"], ["", "", ""], ["South", "", "S"]]
    text = "\ufeff" + "\r\n".join(delimiter.join(line) for line in lines) + "\r\n"

    found = tables.parse(text)

    assert found.headings == ("Name", "Discount", "Region")
    assert [found.cells(row) for row in found.rows] == [
        {"Name": "North", "Discount": "25 %", "Region": "N"},
        {"Name": "South", "Region": "S"},
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least one row"),
        ("Name,Discount", "at least one row"),
        ("Name,,Region\nA,B,C", "needs a heading"),
        ("Name,Suffix\nA,B", "two columns Name"),
        ("Name,Region\nA,B,C", "Row 1 has more cells"),
        ("Name\n" + "\n".join(str(n) for n in range(tables.MOST_ROWS + 1)), "At most 100"),
        (",".join(f"c{n}" for n in range(21)) + "\nA", "at most 20 columns"),
        ('Name\n"open', "no table that can be read"),
    ],
)
def test_says_what_is_no_table(text: str, says: str) -> None:
    with pytest.raises(TableNotRead, match=says):
        tables.parse(text)


def test_multiplies_choices() -> None:
    found = tables.multiplied(
        {"Area": ["North", "South"], "Segment": [], "Collection": ["Tea", "Mugs"]}, {"Discount": "5"}
    )

    assert found.headings == ("Name", "Area", "Collection", "Discount")
    assert found.rows == (
        ("North, Tea", "North", "Tea", "5"),
        ("North, Mugs", "North", "Mugs", "5"),
        ("South, Tea", "South", "Tea", "5"),
        ("South, Mugs", "South", "Mugs", "5"),
    )


@pytest.mark.parametrize(
    ("text", "value"), [("25", "25"), ("12,5 %", "12.5"), ("100%", "100"), ("0.01", "0.01")]
)
def test_reads_percentages(text: str, value: str) -> None:
    assert tables.read_percent(text) == Decimal(value)


@pytest.mark.parametrize("text", ["0", "-5", "101", "five", "12.345", "1e2", "٢٥"])
def test_refuses_what_is_no_percentage(text: str) -> None:
    with pytest.raises(CellNotRead):
        tables.read_percent(text)


@pytest.mark.parametrize(
    ("text", "minor"), [("5", 500), ("5.00", 500), ("5,50 EUR", 550), ("1,234.50", 123_450), ("€ 3", 300)]
)
def test_reads_amounts(text: str, minor: int) -> None:
    assert tables.read_amount(text) == minor


@given(st.integers(1, 10**12))
def test_amounts_come_back_as_they_were_written(minor: int) -> None:
    assert tables.read_amount(f"{minor // 100}.{minor % 100:02d}") == minor


def test_days_begin_at_midnight_and_the_last_one_is_whole() -> None:
    assert tables.read_start("2026-03-29", WARSAW) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert tables.read_end("2026-03-29", WARSAW) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert tables.read_end("2026-03-29 09:30", WARSAW) == datetime(2026, 3, 29, 7, 30, tzinfo=UTC)
    for text in ("tomorrow", "2026-02-30", "9999-12-31", "0001-01-01 10:00"):
        with pytest.raises(CellNotRead):
            tables.read_end(text, WARSAW)


def test_every_column_says_what_it_is_for() -> None:
    assert set(tables.HELP) == set(Column)
