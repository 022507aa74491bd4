"""Bracketed query strings, in every spelling the SDKs send."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from core.api.query import parse_query, read_query
from core.errors import InvalidQueryParams


@pytest.mark.parametrize(
    ("raw", "parsed"),
    [
        ("", {}),
        ("&&", {}),
        ("=x", {}),
        ("limit=10&page=2", {"limit": "10", "page": "2"}),
        ("a=", {"a": ""}),
        ("a", {"a": ""}),
        ("created_at[before]=2024-01-01", {"created_at": {"before": "2024-01-01"}}),
        ("[created_at][before]=2024-01-01", {"created_at": {"before": "2024-01-01"}}),
        ("[limit]=5", {"limit": "5"}),
        ("filters[code][conditions][$is]=A", {"filters": {"code": {"conditions": {"$is": "A"}}}}),
        ("filters[code][conditions][%24is]=A", {"filters": {"code": {"conditions": {"$is": "A"}}}}),
        (
            "filters%5Bcode%5D%5Bconditions%5D%5B%24is%5D=A",
            {"filters": {"code": {"conditions": {"$is": "A"}}}},
        ),
        ("[filters][code][conditions][$is]=A", {"filters": {"code": {"conditions": {"$is": "A"}}}}),
        (
            "filters[code][conditions][$in][0]=A&filters[code][conditions][$in][1]=B",
            {"filters": {"code": {"conditions": {"$in": {"0": "A", "1": "B"}}}}},
        ),
        (
            "filters[code][conditions][$in][]=A&filters[code][conditions][$in][]=B",
            {"filters": {"code": {"conditions": {"$in": ["A", "B"]}}}},
        ),
        (
            "filters[redemption.redeemed_quantity][conditions][$more_than]=1&filters[junction]=OR",
            {
                "filters": {
                    "redemption.redeemed_quantity": {"conditions": {"$more_than": "1"}},
                    "junction": "OR",
                }
            },
        ),
        ("ids[]=a&ids[]=b", {"ids": ["a", "b"]}),
        ("ids=a&ids=b&ids=c", {"ids": ["a", "b", "c"]}),
        ("name=Za%C5%BC%C3%B3%C5%82%C4%87+x", {"name": "Zażółć x"}),
        ("a=%5B%5D%3D%26", {"a": "[]=&"}),
        ("[filters][a][b][c][d][e]=x", {"filters": {"a": {"b": {"c": {"d": {"e": "x"}}}}}}),
    ],
)
def test_reads_nested_names(raw: str, parsed: dict[str, Any]) -> None:
    assert parse_query(raw) == parsed
    assert parse_query(raw.encode()) == parsed
    assert parse_query(QueryDict(raw)) == parsed


def test_reads_raw_utf8_of_the_wsgi_environment() -> None:
    assert parse_query("name=Zażółć".encode().decode("latin-1")) == {"name": "Zażółć"}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("a=%00", "NUL"),
        ("a%00=1", "NUL"),
        ("a[b%00]=1", "NUL"),
        ("a=%ff", "UTF-8"),
        ("a=%ed%a0%80", "UTF-8"),
        ("a[b=1", "'a[b'"),
        ("a]b=1", "'a]b'"),
        ("a[[b]]=1", "brackets"),
        ("a[b]c=1", "brackets"),
        ("[]=1", "brackets"),
        ("a[][b]=1", "empty brackets may only stand at the end"),
        ("a[b][c][d][e][f][g]=1", "deeper than 6"),
        ("a" * 301 + "=1", "longer than 300"),
        ("a=1&a[b]=2", "'a[b]'"),
        ("a[b]=1&a=2", "'a'"),
        ("a[]=1&a[b]=2", "'a[b]'"),
    ],
)
def test_refuses_and_says_why(raw: str, words: str) -> None:
    with pytest.raises(InvalidQueryParams) as caught:
        parse_query(raw)

    assert (caught.value.status, caught.value.key) == (400, "invalid_query_params")
    assert words in caught.value.details


def test_depth_is_bounded_whatever_the_length() -> None:
    with pytest.raises(InvalidQueryParams):
        parse_query("a" + "[b]" * 50_000 + "=1")


def test_reads_200_pairs_and_refuses_201() -> None:
    pairs = [f"a{number}=1" for number in range(201)]

    assert len(parse_query("&".join(pairs[:200]))) == 200
    for source in ("&".join(pairs), QueryDict("&".join(pairs))):
        with pytest.raises(InvalidQueryParams) as caught:
            parse_query(source)
        assert caught.value.key == "query_too_large"


def test_the_query_of_a_request_is_read_once() -> None:
    request = Request(APIRequestFactory().get("/v1/vouchers?filters[code][conditions][$is]=A"))

    assert read_query(request) == {"filters": {"code": {"conditions": {"$is": "A"}}}}
    assert read_query(request) is read_query(request)


PIECES = st.sampled_from(
    ["a", "b", "[", "]", "[]", "[a]", "=", "&", "%00", "%24", "%", "%ff", "é", "+", ".", "0"]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=40))
def test_nothing_but_refusals_comes_out(raw: str) -> None:
    try:
        parsed = parse_query(raw)
    except InvalidQueryParams:
        return
    assert all(parsed)
