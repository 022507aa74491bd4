"""What one unit of an article costs the shop, where somebody says it. Goes beyond the contract.

The project settings name a field of metadata (`cost_field`) that holds a number in minor units. Whoever asks
names the places to look in, the nearest first: what an order line says, its SKU, its product.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

MOST: Final = 10**15
"""The highest amount anywhere in the house (INVARIANTS M1)."""


def unit_cost(field: str, *metadata: Mapping[str, Any] | None) -> Decimal | None:
    """The first number from zero on under the name `field`; None: not known. May be a part of a minor unit.

    unit_cost("cost", {}, {"cost": 450}) -> Decimal("450")
    """
    for place in metadata:
        value = (place or {}).get(field) if field else None
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            continue
        cost = Decimal(str(value))
        if 0 <= cost <= MOST:
            return cost
    return None
