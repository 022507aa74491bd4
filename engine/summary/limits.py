"""Limits of a discount and of its entries in words. Contract: 5.5."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from engine.applicability import Entry, UnitLimit
from engine.summary import phrases
from engine.summary.names import Names

_UNIT_LIMITS: Final[Mapping[UnitLimit, str]] = {
    UnitLimit.CAMPAIGN: "in the whole campaign",
    UnitLimit.CUSTOMER_CAMPAIGN: "per customer in the whole campaign",
    UnitLimit.COLLECTION_CAMPAIGN: "of each product in the whole campaign",
    UnitLimit.COLLECTION_CUSTOMER_CAMPAIGN: "of each product per customer in the whole campaign",
    UnitLimit.TIER: "in the whole promotion tier",
    UnitLimit.CUSTOMER_TIER: "per customer in the whole promotion tier",
    UnitLimit.COLLECTION_TIER: "of each product in the whole promotion tier",
    UnitLimit.COLLECTION_CUSTOMER_TIER: "of each product per customer in the whole promotion tier",
}


def entry_limits(entry: Entry, names: Names) -> tuple[str, ...]:
    """at most 5.00 EUR per item, at most 3 units in one order"""
    return tuple(_entry_limits(entry, names))


def at_most(amount: int | None, where: str, names: Names) -> tuple[str, ...]:
    """An amount limit that may not be set: at most 20.00 EUR per item"""
    return () if amount is None else (f"at most {names.money(amount)} {where}".rstrip(),)


def _entry_limits(entry: Entry, names: Names) -> Iterator[str]:
    yield from at_most(entry.amount_limit, "per item", names)
    yield from at_most(entry.aggregated_amount_limit, "together", names)
    yield from _units(entry.quantity_limit, entry.quantity_limit_formula, "per item")
    yield from _units(
        entry.aggregated_quantity_limit, entry.aggregated_quantity_limit_formula, "in one order"
    )
    for limit in entry.unit_limits:
        yield from _units(limit.quantity, limit.formula, _UNIT_LIMITS[limit.limit])


def _units(quantity: int | None, formula: str | None, where: str) -> Iterator[str]:
    if formula is None:
        if quantity is not None:
            yield f"at most {phrases.count(quantity, 'unit')} {where}"
        return
    otherwise = "any number" if quantity is None else phrases.figure(quantity)
    yield f"at most as many units as {formula} gives (otherwise {otherwise}) {where}"
