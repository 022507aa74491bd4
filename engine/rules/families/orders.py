"""The order as a whole: amounts, units, prices, metadata. Contract: 11.2."""

from __future__ import annotations

from typing import Any, Final

from engine.rules.families.base import (
    UNDECIDED,
    Family,
    Group,
    Kind,
    PerLine,
    Scalar,
    Scene,
    lines_of,
    price,
    quantity,
)
from engine.rules.tree import Rule

_ORDER = frozenset({"order"})


def _amount(scene: Scene, rule: Rule) -> int | None:
    """The running amount: what is left after earlier discounts (contract 6.7, example 3)."""
    before = scene.situation.before
    return None if before is None else before.total_amount


def _initial_amount(scene: Scene, rule: Rule) -> int | None:
    before = scene.situation.before
    return None if before is None else before.initial_amount


def _total_amount(scene: Scene, rule: Rule) -> Any:
    situation = scene.situation
    if situation.before is None:
        return None
    return UNDECIDED if situation.after is None else situation.after.total_amount


def _count(scene: Scene, rule: Rule) -> int | None:
    if scene.situation.before is None:
        return None
    return sum(quantity(scene, line) for line in lines_of(scene))


def _metadata(scene: Scene, rule: Rule) -> Any:
    basket = scene.situation.snapshot.basket
    return None if basket is None else basket.metadata.get(rule.property or "")


def _line_price(scene: Scene, rule: Rule, line: int) -> int | None:
    return price(scene, line)


def line_metadata(scene: Scene, rule: Rule, line: int) -> Any:
    """Metadata that the order gives to one of its lines."""
    return scene.situation.lines[line].metadata.get(rule.property or "")


def _money(name: str, title: str, read: Any, *, is_about_result: bool = False) -> Scalar:
    return Scalar(
        name=name,
        title=title,
        kind=Kind.MONEY,
        group=Group.ORDER,
        read=read,
        facts=_ORDER,
        is_about_result=is_about_result,
    )


FAMILIES: Final[tuple[Family, ...]] = (
    _money("order.amount", "order amount", _amount),
    _money("order.initial_amount", "order amount before discounts", _initial_amount),
    _money("order.total_amount", "order amount after the discount", _total_amount, is_about_result=True),
    Scalar(
        name="order.items.count",
        title="number of units in the order",
        kind=Kind.UNITS,
        group=Group.ORDER,
        read=_count,
        facts=_ORDER,
    ),
    PerLine(
        name="order.items.price_any",
        title="price of any item",
        kind=Kind.MONEY,
        group=Group.ORDER,
        read_line=_line_price,
        every=False,
        facts=_ORDER,
    ),
    PerLine(
        name="order.items.price_each",
        title="price of every item",
        kind=Kind.MONEY,
        group=Group.ORDER,
        read_line=_line_price,
        every=True,
        facts=_ORDER,
    ),
    Scalar(
        name="order.metadata",
        title="order metadata",
        kind=Kind.FREE,
        group=Group.ORDER,
        read=_metadata,
        facts=_ORDER | {"order.metadata"},
        needs_property=True,
    ),
    PerLine(
        name="order.items.metadata_any",
        title="metadata of any item",
        kind=Kind.FREE,
        group=Group.ORDER,
        read_line=line_metadata,
        every=False,
        facts=_ORDER | {"lines.metadata"},
        needs_property=True,
    ),
    PerLine(
        name="order.items.metadata_each",
        title="metadata of every item",
        kind=Kind.FREE,
        group=Group.ORDER,
        read_line=line_metadata,
        every=True,
        facts=_ORDER | {"lines.metadata"},
        needs_property=True,
    ),
)
