"""Whatever is sent, the parser answers with a storable value or a refusal."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.api.parsers import parse_json
from core.errors import DomainError, InvalidPayload

JSON_PIECES = st.sampled_from(
    [
        "{",
        "}",
        "[",
        "]",
        '"',
        ",",
        ":",
        "\\",
        "\\u",
        "0000",
        "d83d",
        "dE00",
        "1e",
        "400",
        "-",
        "NaN",
        "1" * 20,
        " ",
        "a",
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=60) | st.lists(JSON_PIECES, max_size=40).map(lambda parts: "".join(parts).encode()))
def test_nothing_but_refusals_comes_out(body: bytes) -> None:
    try:
        value = parse_json(body)
    except DomainError as error:
        json.dumps(error.to_wire()).encode()
    else:
        _assert_storable(value)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(JSON_VALUES, st.booleans())
def test_reads_back_what_json_writes(value: Any, ascii_only: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode()

    if _has_nul(value):
        with pytest.raises(InvalidPayload):
            parse_json(body)
    else:
        assert parse_json(body) == value


def _has_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any("\0" in key or _has_nul(below) for key, below in value.items())
    if isinstance(value, list):
        return any(_has_nul(below) for below in value)
    return isinstance(value, str) and "\0" in value


def _assert_storable(value: Any) -> None:
    assert not _has_nul(value)
    assert not isinstance(value, float)
    if isinstance(value, int | Decimal):
        assert abs(value) <= 10**15
    if isinstance(value, str):
        value.encode()
    if isinstance(value, dict):
        for key, below in value.items():
            key.encode()
            _assert_storable(below)
    if isinstance(value, list):
        for below in value:
            _assert_storable(below)
