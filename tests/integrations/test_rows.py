"""Rows in, rows out, from any position."""

from __future__ import annotations

from integrations import rows
from integrations.registry import Row


def test_rows_come_back_from_any_position() -> None:
    values = [{"a": "ż\n\u2028x"}, "text", 5, None, [1]]
    body, count = rows.json_lines(values)

    assert count == 5
    assert [row.value for row in rows.read(body, start=0, size=9)] == values
    assert rows.read(body, start=3, size=1) == [Row(number=4, value=None)]
    assert rows.read(body, start=5, size=1) == []
