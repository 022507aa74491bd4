"""Public ids: what an object is called outside the house.

Contract: semantics-core 1.3. Only the prefix is a promise, the rest is opaque. Hexadecimal, because that is
the cheapest form to make: rows come by the million.
"""

from __future__ import annotations

import secrets
from typing import Final

DEFAULT_LENGTH: Final = 24


def new_id(prefix: str, length: int = DEFAULT_LENGTH) -> str:
    """A fresh id such as `cust_5f0c…`: the prefix, an underscore, `length` random hexadecimal characters."""
    return f"{prefix}_{secrets.token_hex((length + 1) // 2)[:length]}"


def new_ids(prefix: str, count: int, length: int = DEFAULT_LENGTH) -> list[str]:
    """As many fresh ids at once; the system is asked for chance only one time, which is what an id costs."""
    chance = secrets.token_hex((count * length + 1) // 2)
    return [f"{prefix}_{chance[at : at + length]}" for at in range(0, count * length, length)]


def new_request_id() -> str:
    """An id for one HTTP request, printed in every error body: `v-` and 18 hexadecimal characters."""
    return f"v-{secrets.token_hex(9)}"


def has_prefix(value: str, prefix: str) -> bool:
    """Whether `value` looks like an id of the object kind with this prefix."""
    return value.startswith(prefix + "_")
