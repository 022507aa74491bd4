"""Where a page of offers ended (contract: semantics-core 19.2).

On the wire a cursor is the `created_at` of the last item. Several rows can be of one millisecond, so where
that matters `more_starting_after` goes on after the milliseconds with seven digits that say which of them it
was: still an ISO 8601 instant. What a caller writes himself, without them, means everything created earlier.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from core.instants import format_instant, parse_instant
from promotions.selectors.offers import TIE_BITS, milliseconds

_PRECISE: Final = re.compile(r"^(.*\.\d{3})(\d{7})(Z|[+-]\d\d:\d\d)$")


def read(text: str) -> int:
    """The rank below which the next page begins.

    :raises ValueError: not an instant.
    """
    precise = _PRECISE.match(text)
    if precise is None:
        return _floor(parse_instant(text))
    instant, tie, zone = precise.groups()
    if int(tie) >> TIE_BITS:
        raise ValueError("not an instant")
    return _floor(parse_instant(f"{instant}{zone}")) | int(tie)


def write(created_at: datetime, rank: int, following: int) -> str:
    """The cursor after the offer of `rank`, when the one of `following` comes next."""
    text = format_instant(created_at)
    if rank >> TIE_BITS != following >> TIE_BITS:
        return text
    tie = rank & (1 << TIE_BITS) - 1
    return f"{text.removesuffix('Z')}{tie:07d}Z"


def _floor(instant: datetime) -> int:
    return milliseconds(instant) << TIE_BITS
