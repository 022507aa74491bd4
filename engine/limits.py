"""How often something may still be redeemed. Contract: eligibility 7.2 row 7, sessions 10."""

from __future__ import annotations

from engine.snapshot import Uses


def remaining(uses: Uses) -> int | None:
    """Redemption quantity minus used minus held by others, never below 0; None = unlimited."""
    return None if uses.quantity is None else max(0, uses.quantity - uses.used - uses.held)
