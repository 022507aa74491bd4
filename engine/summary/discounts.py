"""Every effect in words. A new effect = one line in `_WORDS`; a test asks for it. Contract: 5.7 to 5.12."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from engine import effects
from engine.applicability import Applicability
from engine.items import SHIPPING_ID, SHIPPING_SOURCE_ID
from engine.summary import phrases
from engine.summary.limits import at_most
from engine.summary.names import Names
from engine.summary.targets import Targets

FREE_SHIPPING: Final = (SHIPPING_ID, SHIPPING_SOURCE_ID)

type _Words = Callable[[Any, Targets, Names], str]


def effect_words(effect: effects.Effect, applicability: Applicability | None, names: Names) -> str:
    """10 % off the order, at most 20.00 EUR"""
    return _WORDS[type(effect)](effect, Targets(applicability=applicability, names=names), names)


def described() -> frozenset[type[effects.Effect]]:
    """The effects that have words."""
    return frozenset(_WORDS)


def _with_limits(text: str, *limits: tuple[str, ...]) -> str:
    return ", ".join([text, *(limit for found in limits for limit in found)])


def _or_formula(fixed: str, formula: str | None) -> str:
    """The figure, or where it comes from and what counts where the formula has no value."""
    return fixed if formula is None else f"as much as {formula} gives (otherwise {fixed})"


def _sum(effect: Any, names: Names) -> str:
    return _or_formula(names.money(effect.amount_off), effect.amount_off_formula)


def _percent(effect: Any) -> str:
    if effect.percent_off_formula is None:
        return f"{_share(effect.percent_off)} %"
    fixed = f"{_share(effect.percent_off)} %"
    return f"as many per cent as {effect.percent_off_formula} gives (otherwise {fixed})"


def _share(percent: Decimal) -> str:
    return phrases.figure(percent)


def _order_limits(effect: Any, names: Names) -> tuple[str, ...]:
    return (
        *at_most(effect.amount_limit, "", names),
        *at_most(effect.aggregated_amount_limit, "together", names),
    )


def _item_limits(effect: Any, names: Names) -> tuple[str, ...]:
    return (
        *at_most(effect.amount_limit, "per item", names),
        *at_most(effect.aggregated_amount_limit, "together", names),
    )


def _amount_order(effect: effects.AmountOffOrder, _: Targets, names: Names) -> str:
    return _with_limits(f"{_sum(effect, names)} off the order", _order_limits(effect, names))


def _percent_order(effect: effects.PercentOffOrder, _: Targets, names: Names) -> str:
    return _with_limits(f"{_percent(effect)} off the order", _order_limits(effect, names))


def _on_items(manner: str) -> _Words:
    """A sum off items; `manner` says how it is meant: once an item, a unit, or split."""

    def words(effect: Any, targets: Targets, names: Names) -> str:
        text = manner.format(sum=_sum(effect, names), targets=targets)
        return _with_limits(text, _item_limits(effect, names))

    return words


def _percent_items(effect: effects.PercentOffItems, targets: Targets, names: Names) -> str:
    return _with_limits(f"{_percent(effect)} off {targets}", _item_limits(effect, names))


def _fixed_order(effect: effects.FixedOrder, _: Targets, names: Names) -> str:
    return f"The order for {_or_formula(names.money(effect.fixed_amount), effect.fixed_amount_formula)}"


def _fixed_items(effect: effects.FixedItems, targets: Targets, names: Names) -> str:
    priced = Targets(applicability=targets.applicability, names=names, has_prices=True)
    price = _or_formula(names.money(effect.fixed_amount), effect.fixed_amount_formula)
    # Behind brackets or exceptions the price would seem to belong to them.
    return f"new price {price} for {priced}" if priced.has_remarks else f"{priced} at {price}"


def _units(effect: Any, what: str) -> str:
    if effect.unit_off_formula is None:
        return f"{phrases.figure(effect.unit_off)} {what}"
    otherwise = phrases.figure(effect.unit_off)
    return f"as many {what} as {effect.unit_off_formula} gives (otherwise {otherwise})"


def _free(effect: Any, manner: str, names: Names) -> str:
    if effect.unit_type in FREE_SHIPPING and effect.unit_off_formula is None and effect.unit_off == 1:
        return "Free shipping"
    name = "shipping" if effect.unit_type in FREE_SHIPPING else names.of(effect.unit_type)
    return phrases.capital(f"{_units(effect, f'free {name}')}, {manner}")


def _add_missing(effect: effects.AddMissingItems, _: Targets, names: Names) -> str:
    return _free(effect, "added if missing", names)


def _add_new(effect: effects.AddNewItems, _: Targets, names: Names) -> str:
    return _free(effect, "always added", names)


def _add_same(effect: effects.AddSameItems, targets: Targets, _: Names) -> str:
    is_one = effect.unit_off == 1 and effect.unit_off_formula is None
    return phrases.capital(f"{_units(effect, 'free unit' if is_one else 'free units')} added to {targets}")


def _add_many(effect: effects.AddManyItems, targets: Targets, names: Names) -> str:
    return "; ".join(_WORDS[type(part)](part, targets, names) for part in effect.units)


def _replace(effect: effects.ReplaceItems, targets: Targets, names: Names) -> str:
    return f"Each unit replaced by {_units(effect, names.of(effect.unit_type))}: {targets}"


def _gift_order(_: effects.GiftOrder, __: Targets, ___: Names) -> str:
    return "Credits pay for the order"


def _gift_items(_: effects.GiftItems, targets: Targets, __: Names) -> str:
    return f"Credits pay for {targets}"


def _points(effect: effects.PointsOrder, _: Targets, names: Names) -> str:
    points = phrases.count(effect.points_ratio, "point")
    worth = phrases.figure(effect.exchange_ratio)
    return f"Points pay for the order: {points} for {worth} {names.currency}".rstrip()


def _points_reward(_: effects.PointsReward, __: Targets, ___: Names) -> str:
    return "Points are given for a reward"


_WORDS: Final[Mapping[type[effects.Effect], _Words]] = {
    effects.AmountOffOrder: _amount_order,
    effects.AmountOffItems: _on_items("{sum} off {targets}"),
    effects.AmountOffUnits: _on_items("{sum} per unit off {targets}"),
    effects.AmountProportionally: _on_items("{sum} off, split by price over {targets}"),
    effects.AmountProportionallyByQuantity: _on_items("{sum} off, split by units over {targets}"),
    effects.PercentOffOrder: _percent_order,
    effects.PercentOffItems: _percent_items,
    effects.FixedOrder: _fixed_order,
    effects.FixedItems: _fixed_items,
    effects.AddMissingItems: _add_missing,
    effects.AddNewItems: _add_new,
    effects.AddSameItems: _add_same,
    effects.AddManyItems: _add_many,
    effects.ReplaceItems: _replace,
    effects.GiftOrder: _gift_order,
    effects.GiftItems: _gift_items,
    effects.PointsOrder: _points,
    effects.PointsReward: _points_reward,
}
