"""Bytes as text, text in pieces of whole rows: whatever people's programs write."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidPayload
from integrations import import_text
from integrations.import_text import Piece

CELL = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


def pieces_of(text: str, separator: str = ",", *, cut: int = 7) -> list[Piece]:
    source = import_text.lines(text[at : at + cut] for at in range(0, len(text), cut))
    import_text.header_of(source, separator)
    return list(import_text.csv_pieces(source, separator))


@given(
    rows=st.lists(st.lists(CELL, min_size=2, max_size=2), max_size=20), ends=st.sampled_from(["\n", "\r\n"])
)
def test_rows_survive_being_cut_anywhere(rows: list[list[str]], ends: str) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=ends).writerows([["a", "b"], *rows])

    found = [
        row for piece in pieces_of(buffer.getvalue()) for row in import_text.csv_rows(piece.content, ",")
    ]

    assert found == rows


def test_pieces_hold_whole_rows_and_say_where_they_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_text, "PIECE_LENGTH", 10)

    pieces = pieces_of('a,b\n1,"x\ny"\n2,z\n\n3,"long, long"\n4,w\n')

    assert [(piece.first_row, piece.rows_count) for piece in pieces] == [(0, 2), (2, 2), (4, 1)]
    assert pieces[0].content == '1,"x\ny"\n2,z\n'


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("näme\n".encode(), "utf-8"),
        ("näme\n".encode("utf-8-sig"), "utf-8-sig"),
        ("näme\n".encode("utf-16"), "utf-16"),
        ("name\n".encode("utf-16-le"), "utf-16-le"),
        ("name\n".encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_knows_encodings_by_their_first_bytes(data: bytes, encoding: str) -> None:
    found = import_text.encoding_of(data, strict=False)

    assert found == encoding
    assert "".join(import_text.decoded((data[:3], data[3:]), found)).endswith("me\n")


def test_other_text_is_told_from_no_text() -> None:
    with pytest.raises(import_text.Undecodable):
        list(import_text.decoded(["käse".encode("latin-1")], "utf-8"))
    for data in (b"PK\x03\x04", b"%PDF-1.7", b"\x1f\x8b\x08"):
        with pytest.raises(InvalidPayload, match="no text"):
            import_text.encoding_of(data, strict=False)
    with pytest.raises(InvalidPayload, match="UTF-8"):
        import_text.encoding_of("name".encode("utf-16"), strict=True)


@pytest.mark.parametrize("line", ["a;b;c,d\n", "a;b\n"])
def test_finds_the_separator(line: str) -> None:
    assert import_text.separator_of(line) == ";"
    assert import_text.separator_of("name\n") == ","
    assert import_text.separator_of("a\tb\n") == "\t"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "header"),
        ("\n\n", "header"),
        (",\n", "header"),
        ("a,A\n", "twice"),
        (",".join(f"c{number}" for number in range(10_000)) + "\n", "10000 words"),
        ("x" * 300 + "\n", "longer than"),
        ('a,b\n1,2\n3,"4\n5,6\n', "row 2, never closes"),
        ('a\n"' + "x" * 1_000_001 + '"\n', "row 1 cannot be read"),
    ],
)
def test_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(InvalidPayload) as refusal:
        pieces_of(text, cut=100_000)

    assert says in refusal.value.details


def test_an_endless_line_is_no_text_file() -> None:
    with pytest.raises(InvalidPayload, match="longer than"):
        list(import_text.lines("x" * 1_000_000 for _ in range(9)))


def values(text: str, cut: int = 5) -> list[Any]:
    return list(import_text.json_values(text[at : at + cut] for at in range(0, len(text), cut)))


def test_reads_arrays_and_lines_of_json() -> None:
    wanted = [{"a": "}{[],\n"}, {"b": [1.5, {"c": None}]}]

    assert values(' [ {"a": "}{[],\\n"} , {"b": [1.5, {"c": null}]} ] ') == wanted
    assert values('{"a": "}{[],\\n"}\n\n{"b": [1.5, {"c": null}]}') == wanted
    assert values("[]") == values("") == []


@pytest.mark.parametrize(
    "text", ["[1]", '{"a": 1', '[{"a": 1}] x', "null", '{"a": "\\u0000"}', '{"a": 1, "a": 2}']
)
def test_refuses_other_json(text: str) -> None:
    with pytest.raises(InvalidPayload, match="Row 1|Row 2"):
        values(text)


@given(st.lists(st.dictionaries(CELL, CELL, max_size=3), max_size=10))
def test_json_pieces_have_a_line_for_each_value(rows: list[dict[str, str]]) -> None:
    pieces: Iterable[Piece] = import_text.json_pieces(rows)

    lines = "".join(piece.content for piece in pieces).split("\n")[:-1]

    assert len(lines) == len(rows)
