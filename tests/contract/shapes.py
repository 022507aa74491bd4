"""Reads the shapes beside (`shapes/README.md` explains their form) and holds answers against them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "shapes"
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MANY: Final = 8


@dataclass(frozen=True, kw_only=True)
class Key:
    """One line of a shape and the lines below it."""

    name: str
    is_optional: bool
    kind: str
    inner: list[Key] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    method: str
    path: str
    status: int
    kind: str
    inner: list[Key]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, kw_only=True)
class Shapes:
    """What one file says: its endpoints, and the named shapes that they use."""

    endpoints: list[Endpoint]
    named: dict[str, list[Key]]

    def complaints(self, endpoint: Endpoint, value: Any) -> list[str]:
        """What is wrong with an answer, by path; empty: nothing. Keys that the shape does not know are in
        `unknown()`.
        """
        return list(self._of(endpoint.kind, endpoint.inner, value, "body"))[:_MANY]

    def unknown(self, endpoint: Endpoint, value: Any) -> set[str]:
        """Keys beyond the contract, by their path without the numbers of list items."""
        return set(self._beyond(endpoint.kind, endpoint.inner, value, "")) - {""}

    def _of(self, kind: str, inner: list[Key], value: Any, path: str) -> Iterator[str]:
        if len(kinds := _alternatives(kind)) > 1:
            tries = [list(self._of(one, inner, value, path)) for one in kinds]
            yield from min(tries, key=len)
            return
        if kind.endswith(" null"):
            if value is None:
                return
            kind = kind.removesuffix(" null")
        if kind.startswith("["):
            if not isinstance(value, list):
                yield f"{path} is no list: {_shown(value)}"
                return
            for number, item in enumerate(value):
                yield from self._of(kind[1:-1], inner, item, f"{path}[{number}]")
        elif kind.startswith("{*: "):
            if not isinstance(value, dict):
                yield f"{path} is no object: {_shown(value)}"
                return
            for name, item in value.items():
                yield from self._of(kind[4:-1], inner, item, f"{path}.{name}")
        elif kind == "{}" or kind in self.named:
            yield from self._keys(inner if kind == "{}" else self.named[kind], value, path)
        elif not _is(kind, value):
            yield f"{path} is no {kind}: {_shown(value)}"

    def _keys(self, keys: list[Key], value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path} is no object: {_shown(value)}"
            return
        for key in keys:
            if value.get(key.name) is None and key.is_optional:
                continue
            if key.name not in value:
                yield f"{path}.{key.name} is missing"
                continue
            yield from self._of(key.kind, key.inner, value[key.name], f"{path}.{key.name}")

    def _beyond(self, kind: str, inner: list[Key], value: Any, path: str) -> Iterator[str]:
        if len(kinds := _alternatives(kind)) > 1:
            tries = [set(self._beyond(one, inner, value, path)) for one in kinds]
            yield from min(tries, key=len)
            return
        kind = kind.removesuffix(" null")
        if kind.startswith("[") and isinstance(value, list):
            for item in value:
                yield from self._beyond(kind[1:-1], inner, item, path)
        elif kind.startswith("{*: ") and isinstance(value, dict):
            for item in value.values():
                yield from self._beyond(kind[4:-1], inner, item, f"{path}.*")
        elif (kind == "{}" or kind in self.named) and isinstance(value, dict):
            known = {key.name: key for key in (inner if kind == "{}" else self.named[kind])}
            for name, item in value.items():
                where = f"{path}.{name}".lstrip(".")
                if name not in known:
                    yield where
                elif item is not None:
                    yield from self._beyond(known[name].kind, known[name].inner, item, where)


@cache
def _alternatives(kind: str) -> list[str]:
    """`a / [b / c]` -> `a`, `[b / c]`."""
    found = [""]
    for part in kind.split(" / "):
        is_inside = found[-1].count("[") > found[-1].count("]") or found[-1].count("{") > found[-1].count("}")
        if is_inside:
            found[-1] += f" / {part}"
        else:
            found.append(part)
    return found[1:]


def _is(kind: str, value: Any) -> bool:
    if kind.startswith("="):
        return not isinstance(value, bool) and str(value) in kind[1:].split("|")
    match kind:
        case "any":
            return True
        case "text":
            return isinstance(value, str)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "bool":
            return isinstance(value, bool)
        case "instant":
            return isinstance(value, str) and _INSTANT.fullmatch(value) is not None
        case "date":
            return isinstance(value, str) and _DATE.fullmatch(value) is not None
        case "object":
            return isinstance(value, dict)
        case "nothing":
            return value in (None, b"")
    raise ValueError(f"There is no kind {kind!r}.")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def tags() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.txt") if path.stem != "common")


@cache
def of(tag: str) -> Shapes:
    own, shared = _read(tag), _read("common")
    endpoints = []
    named = {title: keys for title, keys in shared if " " not in title}
    for title, keys in own:
        if " " not in title:
            named[title] = keys
            continue
        method, path, status, kind = title.split(" ", 3)
        endpoints.append(Endpoint(method=method, path=path, status=int(status), kind=kind, inner=keys))
    return Shapes(endpoints=endpoints, named=named)


def _read(name: str) -> list[tuple[str, list[Key]]]:
    blocks: list[tuple[str, list[Key]]] = []
    for line in (FOLDER / f"{name}.txt").read_text().splitlines():
        depth, text = (len(line) - len(line.lstrip())) // 2, line.strip()
        if not text:
            continue
        if depth == 0:
            blocks.append((text, []))
            continue
        keys = blocks[-1][1]
        for _ in range(depth - 1):
            keys = keys[-1].inner
        title, _, kind = text.partition(" ")
        keys.append(Key(name=title.rstrip("?"), is_optional=title.endswith("?"), kind=kind))
    return blocks
