"""What people call things, and how money is written for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.items import ItemRef

_MINOR_UNITS: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """`known` maps ids (segments, products, SKUs, collections, categories, loyalty tiers) to names.

    An item without an entry is called by the name that came with it, anything else by its id. `write_money`
    takes minor units; left out, money reads as 1,234.50 and the currency.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    write_money: Callable[[int], str] | None = None

    def of(self, id: str) -> str:
        return self.known.get(id) or id

    def item(self, item: ItemRef) -> str:
        known = self.known.get(item.id) or self.known.get(item.source_id or "")
        return known or item.name or item.source_id or item.id

    def money(self, amount: int) -> str:
        """Minor units: 123450 -> 1,234.50 EUR"""
        if self.write_money is not None:
            return self.write_money(amount)
        whole, rest = divmod(abs(amount), _MINOR_UNITS)
        return f"{'-' if amount < 0 else ''}{whole:,}.{rest:02d} {self.currency}".rstrip()
