"""Codes of a request that nobody has: noted where codes are looked up, counted where the request ends.

Looking up happens deep below the views, and a refusal says only the first of what was wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_unknown: Final[ContextVar[set[str] | None]] = ContextVar("unknown_codes", default=None)


def note(code: str) -> None:
    """Nobody has this code, or the caller is told so. Without a collection it is not kept."""
    found = _unknown.get()
    if found is not None:
        found.add(code)


@contextmanager
def collected() -> Iterator[set[str]]:
    """What is noted meanwhile; each code once, however often it was looked up."""
    found: set[str] = set()
    token = _unknown.set(found)
    try:
        yield found
    finally:
        _unknown.reset(token)
