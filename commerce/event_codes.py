"""Custom events may name a code of a floor above: a loyalty card that earns, a referral that converts.

Who knows such codes registers here; without anybody none of them is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.errors import NotFound

type Find = Callable[[str], None]
"""`find(code)`; :raises NotFound: nobody has such a code."""

_finders: Final[dict[str, Find]] = {}


def register(name: str, find: Find) -> None:
    """`name` is the key of the event: "loyalty". Called from `AppConfig.ready()`."""
    _finders[name] = find


def check(name: str, code: str) -> None:
    """:raises NotFound: as the one who knows says."""
    if name not in _finders:
        raise NotFound.of("voucher", code)
    _finders[name](code)
