"""Bracketed query strings: `filters[code][conditions][$in][0]=A` becomes nested dictionaries.

Contract: semantics-core 3.2 and 3.3 (spellings that must parse), INVARIANTS part 5 (limits).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from django.http import QueryDict
from rest_framework.request import Request

from core.errors import InvalidQueryParams

MAX_PAIRS = 200
MAX_DEPTH = 6
MAX_KEY_LENGTH = 300

type Node = str | list[str] | dict[str, Node]
type Query = dict[str, Node]

_KEY = re.compile(r"(?:[^\[\]]+|\[[^\[\]]+\])(?:\[[^\[\]]*\])*")
_SEGMENT = re.compile(r"\[([^\[\]]*)\]|([^\[\]]+)")
_CACHE_ATTRIBUTE = "_wire_query"


def read_query(request: Request) -> Query:
    """The parsed query string of a request; parsed once, then kept on the request.

    :raises InvalidQueryParams: see `parse_query`.
    """
    django_request = request._request
    cached: Query | None = getattr(django_request, _CACHE_ATTRIBUTE, None)
    if cached is None:
        cached = parse_query(django_request.META.get("QUERY_STRING", ""))
        setattr(django_request, _CACHE_ATTRIBUTE, cached)
    return cached


def parse_query(source: str | bytes | QueryDict) -> Query:
    """Turn a query string, raw or already split by Django, into nested dictionaries.

    `a=1` -> `{"a": "1"}`; `a[b][c]=1` and `[a][b][c]=1` -> `{"a": {"b": {"c": "1"}}}`;
    `a[]=1&a[]=2` and `a=1&a=2` -> `{"a": ["1", "2"]}`; indexes stay keys: `a[0]=1` -> `{"a": {"0": "1"}}`.
    Dots are part of a name. A raw string is the one of the WSGI environment (or bytes).

    :raises InvalidQueryParams: more than 200 pairs (key `query_too_large`), deeper than 6, a NUL, bytes that
        are not UTF-8, unbalanced brackets, or one name used both as a value and as a parent.
    """
    query: Query = {}
    for key, value in _pairs(source):
        if not key:
            continue
        if "\0" in key or "\0" in value:
            raise InvalidQueryParams("The query string contains a NUL character.")
        _put(query, _path(key), value, key)
    return query


def _pairs(source: str | bytes | QueryDict) -> Iterable[tuple[str, str]]:
    if isinstance(source, QueryDict):
        pairs = [(key, value) for key, values in source.lists() for value in values]
        if len(pairs) > MAX_PAIRS:
            raise _too_many()
        return pairs
    raw = source.encode("latin-1", "replace") if isinstance(source, str) else source
    if raw.count(b"&") >= MAX_PAIRS:
        raise _too_many()
    # By hand, not by parse_qsl: for bytes beyond ASCII that works in some releases of Python only.
    parts = (pair.partition(b"=") for pair in raw.split(b"&") if pair)
    try:
        return [(_decoded(name), _decoded(value)) for name, _, value in parts]
    except UnicodeDecodeError:
        raise InvalidQueryParams("The query string is not valid UTF-8.") from None


def _decoded(part: bytes) -> str:
    """:raises UnicodeDecodeError: not UTF-8."""
    return unquote_to_bytes(part.replace(b"+", b" ")).decode("utf-8")


def _too_many() -> InvalidQueryParams:
    return InvalidQueryParams(f"At most {MAX_PAIRS} query parameters are allowed.", key="query_too_large")


def _path(key: str) -> list[str]:
    if len(key) > MAX_KEY_LENGTH:
        raise InvalidQueryParams(f"A query parameter name is longer than {MAX_KEY_LENGTH} characters.")
    if _KEY.fullmatch(key) is None:
        raise InvalidQueryParams(f"Query parameter {key!r} has unbalanced or empty brackets.")
    path = [bracketed or bare for bracketed, bare in _SEGMENT.findall(key)]
    if "" in path[:-1]:
        raise InvalidQueryParams(f"Query parameter {key!r}: empty brackets may only stand at the end.")
    if len(path) > MAX_DEPTH:
        raise InvalidQueryParams(f"Query parameter {key!r} is nested deeper than {MAX_DEPTH}.")
    return path


def _put(query: Query, path: list[str], value: str, key: str) -> None:
    is_list = path[-1] == ""
    *parents, name = path[:-1] if is_list else path
    level = query
    for parent in parents:
        below = level.setdefault(parent, {})
        if not isinstance(below, dict):
            raise _clash(key)
        level = below
    present = level.get(name)
    if present is None:
        level[name] = [value] if is_list else value
    elif isinstance(present, dict):
        raise _clash(key)
    elif isinstance(present, list):
        present.append(value)
    else:
        level[name] = [present, value]


def _clash(key: str) -> InvalidQueryParams:
    return InvalidQueryParams(f"Query parameter {key!r} is used both as a value and as a parent of values.")
