"""How often something may still be redeemed. Contract: eligibility 7.2 row 7, sessions 10."""

from __future__ import annotations

from engine.snapshot import Uses


def remaining(uses: Uses) -> int | None:
    """Redemption quantity minus used minus held by others, never below 0 or what this session holds itself.

    None = unlimited.
    """
    if uses.quantity is None:
        return None
    return max(int(uses.granted), uses.quantity - uses.used - uses.held)
