"""Rows in, rows out, from any position."""

from __future__ import annotations

import pytest

from core.errors import InvalidPayload
from integrations import rows
from integrations.registry import Row, RowFormat


def test_json_rows_come_back_from_any_position() -> None:
    values = [{"a": "ż\n\u2028x"}, "text", 5, None, [1]]
    body, count = rows.json_lines(values)

    assert count == 5
    assert [row.value for row in rows.read(body, RowFormat.JSON_LINES, start=0, size=9)] == values
    assert rows.read(body, RowFormat.JSON_LINES, start=3, size=1) == [Row(number=4, value=None)]
    assert rows.read(body, RowFormat.JSON_LINES, start=5, size=1) == []


def test_csv_rows_come_back_from_any_position() -> None:
    body, count = rows.csv_text('\ufeffName, City \n"a\nb",x,surplus\n\nshort\n'.encode())

    assert count == 2
    assert rows.read(body, RowFormat.CSV, start=0, size=9) == [
        Row(number=1, value={"Name": "a\nb", "City": "x"}),
        Row(number=2, value={"Name": "short", "City": ""}),
    ]
    assert rows.read(body, RowFormat.CSV, start=1, size=1)[0].number == 2


@pytest.mark.parametrize("raw", [b"", b"\n\n", b",\n", b"a,A\n", b"\xff", b"a\0", b'a\n"' + b"x" * 1_000_001])
def test_refuses_what_is_no_csv(raw: bytes) -> None:
    with pytest.raises(InvalidPayload):
        rows.csv_text(raw)
