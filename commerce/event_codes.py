"""Custom events may name a code of a floor above: a loyalty card that earns, a referral that converts.

Who knows such codes registers here; without anybody none of them is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.errors import NotFound

type Find = Callable[[str, str], None]
"""`find(code, referrer_id)`; the latter is who is said to recommend with it, by any of his ids; may be empty.

:raises DomainError: nobody has such a code, or somebody else.
"""

_finders: Final[dict[str, Find]] = {}


def register(name: str, find: Find) -> None:
    """`name` is the key of the event: "loyalty". Called from `AppConfig.ready()`."""
    _finders[name] = find


def check(name: str, code: str, referrer_id: str = "") -> None:
    """:raises DomainError: as the one who knows says."""
    if name not in _finders:
        raise NotFound.of("voucher", code)
    _finders[name](code, referrer_id)
