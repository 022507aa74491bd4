"""What of a big proof runs by day. With FANFARE_NIGHTLY=1, as in `make soak`, all of it runs."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from typing import Final

IS_NIGHTLY: Final = os.environ.get("FANFARE_NIGHTLY") == "1"


def is_due(name: str, *, one_in: int) -> bool:
    """By day one name in so many, always the same ones: what failed yesterday fails today."""
    return IS_NIGHTLY or _number(name) % one_in == 0


def some[One](of: Sequence[One], name: str, *, one_in: int) -> list[One]:
    """By day one in so many, at least one, and others for another name."""
    if IS_NIGHTLY or not of:
        return list(of)
    first = _number(name) % len(of)
    return [*of[first:], *of[:first]][: -(-len(of) // one_in)]


def times(day: int, night: int) -> int:
    return night if IS_NIGHTLY else day


def _number(name: str) -> int:
    return zlib.crc32(name.encode())
