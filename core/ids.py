"""Public ids: what an object is called outside the house.

Contract: semantics-core 1.3. Only the prefix is a promise, the rest is opaque. Hexadecimal, because one call
of `secrets.token_hex` is cheap enough to name a million rows in a few seconds.
"""

from __future__ import annotations

import secrets
from typing import Final

DEFAULT_LENGTH: Final = 24


def new_id(prefix: str, length: int = DEFAULT_LENGTH) -> str:
    """A fresh id such as `cust_5f0c…`: the prefix, an underscore, `length` random hexadecimal characters."""
    return f"{prefix}_{secrets.token_hex((length + 1) // 2)[:length]}"


def new_request_id() -> str:
    """An id for one HTTP request, printed in every error body: `v-` and 18 hexadecimal characters."""
    return f"v-{secrets.token_hex(9)}"


def has_prefix(value: str, prefix: str) -> bool:
    """Whether `value` looks like an id of the object kind with this prefix."""
    return value.startswith(prefix + "_")
