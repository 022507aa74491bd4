"""Values as cells: quoting, and no formula ever."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.csv_text import CsvBuffer, harmless, meant, text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("", ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-1050, "-1050"),
        (Decimal("-12.50"), "-12.50"),
        (Decimal("1E+3"), "1000"),
        (datetime(2026, 3, 10, 12, 0, 0, 1999, tzinfo=UTC), "2026-03-10T12:00:00.001Z"),
        (datetime(2026, 3, 10, 14, tzinfo=timezone(timedelta(hours=2))), "2026-03-10T12:00:00.000Z"),
        (date(2026, 3, 1), "2026-03-01"),
        ({"a": "ü", "b": [1, None]}, '{"a":"ü","b":[1,null]}'),
        (["x"], '["x"]'),
    ],
)
def test_values_as_cells(value: Any, cell: str) -> None:
    assert text(value) == cell


@pytest.mark.parametrize(
    "raw", ["=1+1", "+1", "+48 123", "-", "--1", "-1e5", "-1,000", "-1.", "-.5", "@SUM(A1)", "\t=1", "\r=1"]
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(raw: str) -> None:
    assert text(raw) == f"'{raw}"


@pytest.mark.parametrize("raw", ["-5", "-5.20", "5", "a=1", "'tis", " =1", "ünï"])
def test_numbers_and_plain_texts_stay_as_they_are(raw: str) -> None:
    assert text(raw) == raw


@pytest.mark.parametrize(
    ("raw", "cell"),
    [("=1", "'=1"), ("'=1", "''=1"), ("''-x", "'''-x"), ("'", "'"), ("'a", "'a"), ("-5", "-5")],
)
def test_whoever_reads_a_file_takes_the_apostrophe_away_again(raw: str, cell: str) -> None:
    assert text(raw) == cell
    assert meant(cell) == raw


CELLS = st.text(st.sampled_from("=+-@\t\r\n\"',;a1. ü😀"), max_size=6)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_any_text_comes_back_from_a_reader_and_none_begins_a_formula(rows: list[list[str]]) -> None:
    buffer = CsvBuffer()
    for row in rows:
        buffer.write([text(cell) for cell in row])

    read = list(csv.reader(io.StringIO(buffer.take().decode(), newline="")))

    assert read == [[harmless(cell) for cell in row] for row in rows]
    assert not any(cell.startswith(tuple("=+@\t\r\n")) for row in read for cell in row)
    assert buffer.length == 0


def test_lines_are_quoted_only_where_they_must_be() -> None:
    buffer = CsvBuffer()
    buffer.write(["plain", 'say "hi"', "a,b", "two\nlines", "cr\rhere"])

    assert buffer.take() == b'plain,"say ""hi""","a,b","two\nlines","cr\rhere"\n'
