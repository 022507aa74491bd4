"""What people have to know about how codes look: how many there can be, and how easily they are guessed."""

from __future__ import annotations

from typing import Final

from core import words
from promotions.code_config import SAFE_CAPACITY, CodeConfig

_COUNTED_OUT: Final = 10**12
_SAFE_RATIO: Final = 10**6
"""So many possible codes for each live one, and a guess a second hits once in twelve days (INVARIANTS P2)."""


def possible(capacity: int) -> str:
    """How many codes a pattern allows: 1,048,576 codes are possible."""
    if capacity > _COUNTED_OUT:
        return f"More than {words.number(_COUNTED_OUT)} codes are possible."
    return f"{words.count(capacity, 'code')} {'is' if capacity == 1 else 'are'} possible."


def weakness(config: CodeConfig, *, live: int, ignore_case: bool) -> str:
    """Why `live` codes that look like this are easy to guess, and what helps; empty if they are not."""
    capacity = config.capacity(ignore_case=ignore_case)
    if capacity >= SAFE_CAPACITY and capacity >= _SAFE_RATIO * live:
        return ""
    chance = max(1, capacity // max(live, 1))
    hits = "every guess" if chance == 1 else f"one guess in {words.number(chance)}"
    missing = _missing_signs(config, max(SAFE_CAPACITY, _SAFE_RATIO * live), ignore_case)
    more = f" Put {missing} more # into the pattern to be safe." if missing else ""
    return f"Easy to guess: of {words.count(live, 'code')}, {hits} finds one.{more}"


def _missing_signs(config: CodeConfig, wanted: int, ignore_case: bool) -> int:
    """How many more random characters would do; 0 if no number of them does."""
    each = CodeConfig(charset=config.charset, pattern="#").capacity(ignore_case=ignore_case)
    capacity, missing = config.capacity(ignore_case=ignore_case), 0
    while each > 1 and capacity < wanted:
        capacity, missing = capacity * each, missing + 1
    return missing
