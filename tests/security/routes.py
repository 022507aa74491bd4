"""All addresses of the house, found by walking the URL resolver: no list of ours can forget one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

HERE = Path(__file__).resolve().parent
_CONVERTER = re.compile(r"<\w+:(\w+)>")
_EXPRESSION = re.compile(r"\^?\(\?P<(\w+)>[^)]*\)(/?)\$$")
_PARAMETER = re.compile(r"<(\w+)>")


@dataclass(frozen=True, kw_only=True)
class Route:
    """`pattern` as in the URL configuration, without first slash and converters: `v1/vouchers/<code>`."""

    pattern: str
    name: str
    callback: Any

    @property
    def parameters(self) -> list[str]:
        return _PARAMETER.findall(self.pattern)

    def path(self, **values: str) -> str:
        """The address, with the given values; every other parameter becomes `missing`."""
        return "/" + _PARAMETER.sub(lambda found: values.get(found[1], "missing"), self.pattern)


@cache
def walked() -> tuple[Route, ...]:
    return tuple(_walk(get_resolver().url_patterns, ""))


def api_routes() -> list[Route]:
    """Everything outside of the admin; the bare address only leads there."""
    return [route for route in walked() if route.pattern and not route.pattern.startswith("admin/")]


def admin_routes() -> list[Route]:
    return [route for route in walked() if route.pattern.startswith("admin/")]


def table(name: str) -> dict[str, list[str]]:
    """A file of expectations beside the tests: first column -> the others; `#` begins a comment."""
    rows = {}
    for line in (HERE / name).read_text().splitlines():
        cells = line.partition("#")[0].split()
        if cells:
            assert cells[0] not in rows, f"{name} names {cells[0]} twice"
            rows[cells[0]] = cells[1:]
    return rows


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Route]:
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, path)
        else:
            pattern = _EXPRESSION.sub(r"<\1>\2", _CONVERTER.sub(r"<\1>", path))
            yield Route(pattern=pattern, name=entry.name or "", callback=entry.callback)
