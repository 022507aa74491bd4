"""Whether the gate stands open for what is running now: inside an operation that passed it, or one that was
approved. Per thread and task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_depth: Final[ContextVar[int]] = ContextVar("approvals_depth", default=0)


def is_open() -> bool:
    return _depth.get() > 0


@contextmanager
def opened() -> Iterator[None]:
    """Services that call each other are one operation: the outermost was asked."""
    token = _depth.set(_depth.get() + 1)
    try:
        yield
    finally:
        _depth.reset(token)
