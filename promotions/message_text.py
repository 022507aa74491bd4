"""Texts of messages to customers: `{{ customer.name }}` stands for a fact. Pure.

No language: a path and nothing else, so that whoever writes texts cannot reach anything but the facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_MARK: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_PATH: Final = re.compile(r"[A-Za-z_][\w-]*(\.[\w-]+)*")
OPEN: Final = ("customer.metadata.", "event.metadata.")
"""What customers and events carry besides is known to the shop alone."""


def render(text: str, facts: Mapping[str, Any]) -> str:
    """The text with its marks replaced; a fact that is not there is left out.

    render("Hi {{ customer.name }}!", {"customer": {"name": "Ann"}}) -> "Hi Ann!"
    """
    return _MARK.sub(lambda mark: _text(_at(facts, mark[1])), text)


def paths(text: str) -> Iterator[str]:
    """What its marks ask for, in their order."""
    for mark in _MARK.finditer(text):
        yield mark[1]


def unknown(text: str, known: Mapping[str, Any]) -> list[str]:
    """The marks that no fact can answer, each once: a slip of the pen, found before anybody is written to."""
    found = dict.fromkeys(path for path in paths(text) if not _is_known(path, known))
    return list(found)


def names(facts: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """All paths of these facts, for people to choose from."""
    for key, value in facts.items():
        if isinstance(value, Mapping):
            yield from names(value, f"{before}{key}.")
        else:
            yield f"{before}{key}"


def _is_known(path: str, known: Mapping[str, Any]) -> bool:
    if not _PATH.fullmatch(path):
        return False
    return path.startswith(OPEN) or path in set(names(known))


def _at(facts: Mapping[str, Any], path: str) -> Any:
    found: Any = facts
    for name in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_text(one) for one in value)
    return "" if value is None or isinstance(value, Mapping) else str(value)
