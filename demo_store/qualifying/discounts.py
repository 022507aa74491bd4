"""Random discounts of every type and effect, and what a rule says about the articles they are for."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any, Final

from demo_store.qualifying.conditions import Wire, article
from demo_store.qualifying.stock import Stock
from engine import effects
from engine.applicability import Pick, Target, UnitLimit
from engine.effects import DiscountEffect, DiscountType

_AMOUNTS: Final = (
    "ORDER_AMOUNT / 10",
    "CHEAPEST_ORDER_ITEM_PRICE",
    "VOUCHER_PUBLISH_COUNT + 1",
    'REDEEMABLE_METADATA("worth")',
    'CUSTOMER_METADATA("children")',
    'DAYS_SINCE(DATE("2017-01-01")) / 100',
)
_PERCENTAGES: Final = (
    "IF(ORDER_UNITS_QUANTITY > 3;25;5)",
    "ORDER_ITEMS_QUANTITY",
    'REDEEMABLE_METADATA("worth")',
    "VOUCHER_REDEMPTION_QUANTITY",
)
_ADDING: Final = (DiscountEffect.ADD_NEW_ITEMS, DiscountEffect.ADD_MISSING_ITEMS)


def kinds() -> tuple[tuple[str, str], ...]:
    """All pairs of type and effect, but payments by card."""
    return effects.supported()


def discount(random: Random, stock: Stock, kind: tuple[str, str] | None = None) -> Wire:
    """In wire form; of a random kind unless one is given."""
    name, effect = kind or random.choice(kinds())
    return {"type": name, "effect": effect, **_VALUES[DiscountType(name)](random, stock, effect)}


def targets(random: Random, stock: Stock) -> Wire:
    """`applicable_to` of a rule: which articles get cheaper, which never."""
    wire: Wire = {"included": [_entry(random, stock) for _ in range(random.randrange(3))]}
    if random.random() < 0.3:
        wire["excluded"] = [article(random, stock)]
    if not wire["included"] or random.random() < 0.1:
        wire["included_all"] = True
    return wire


def bundle(random: Random, stock: Stock) -> Wire:
    """`bundle_rules`: one or two articles that belong together."""
    parts: Wire = {
        str(number): {
            "name": "order.items.any",
            "conditions": {"$is": [article(random, stock)]},
            "rules": {"1": {"name": "order.items.aggregated_quantity", "conditions": {"$is": [1]}}},
        }
        for number in range(1, random.randrange(2, 4))
    }
    return {**parts, "limit": random.randrange(1, 4)}


def _entry(random: Random, stock: Stock) -> Wire:
    entry = article(random, stock)
    entry["effect"] = random.choice([Pick.EVERY.value, *(pick.value for pick in Pick)])
    entry["target"] = random.choice([target.value for target in Target])
    more: tuple[tuple[str, Any], ...] = (
        ("skip_initially", 1),
        ("repeat", 2),
        ("price", random.choice(stock.prices) // 2),
        ("amount_limit", random.choice(stock.prices)),
        ("aggregated_amount_limit", 500),
        ("quantity_limit", random.randrange(1, 4)),
        ("aggregated_quantity_limit", random.randrange(1, 4)),
        (UnitLimit.CUSTOMER_CAMPAIGN.value, random.randrange(1, 9)),
    )
    return {**entry, **{name: value for name, value in more if random.random() < 0.1}}


def _amount(random: Random, stock: Stock, effect: str) -> Wire:
    values: Wire = {"amount_off": random.randrange(20, 2500)}
    if random.random() < 0.3:
        values["amount_off_formula"] = random.choice(_AMOUNTS)
    return {**values, **_limit(random)}


def _percent(random: Random, stock: Stock, effect: str) -> Wire:
    values: Wire = {"percent_off": Decimal(random.randrange(1, 200)) / 2}
    if random.random() < 0.3:
        values["percent_off_formula"] = random.choice(_PERCENTAGES)
    return {**values, **_limit(random)}


def _fixed(random: Random, stock: Stock, effect: str) -> Wire:
    whole = effect == DiscountEffect.APPLY_TO_ORDER
    return {"fixed_amount": random.choice(stock.amounts if whole else stock.prices) // random.choice((1, 2))}


def _unit(random: Random, stock: Stock, effect: str) -> Wire:
    given = {"unit_off": random.randrange(1, 4), "unit_type": random.choice(stock.products)}
    if effect != DiscountEffect.ADD_MANY_ITEMS:
        return given
    other = {"unit_off": 1, "unit_type": random.choice(stock.products)}
    return {"units": [{**part, "effect": random.choice(_ADDING).value} for part in (given, other)]}


def _limit(random: Random) -> Wire:
    return {"amount_limit": random.randrange(50, 2000)} if random.random() < 0.2 else {}


_VALUES: Final[dict[DiscountType, Callable[[Random, Stock, str], Wire]]] = {
    DiscountType.AMOUNT: _amount,
    DiscountType.PERCENT: _percent,
    DiscountType.FIXED: _fixed,
    DiscountType.UNIT: _unit,
}
