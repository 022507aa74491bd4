"""What callers of the races send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def basket(
    *ids: str,
    amount: int = 10_000,
    credits: Mapping[str, int] | None = None,
    customer: Mapping[str, Any] | None = None,
    order: str | None = None,
    session: str | None = None,
) -> dict[str, Any]:
    """The body of a redemption or, with a session, of a validation that holds.

    `ids` are codes and ids of tiers, `credits` what is taken of which gift card, `order` its source id.
    """
    wire: dict[str, Any] = {
        "redeemables": [_redeemable(name, (credits or {}).get(name)) for name in ids],
        "order": {"amount": amount, **({"source_id": order} if order else {})},
    }
    if customer:
        wire["customer"] = dict(customer)
    if session:
        wire["session"] = {"type": "LOCK", "key": session, "ttl": 1, "ttl_unit": "HOURS"}
    return wire


def _redeemable(name: str, credits: int | None) -> dict[str, Any]:
    kind = "promotion_tier" if name.startswith("promo_") else "voucher"
    return {"object": kind, "id": name, **({"gift": {"credits": credits}} if credits is not None else {})}
