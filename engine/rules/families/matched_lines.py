"""Questions about the lines that the rule above matched; on their own about all lines. Contract: 11.4."""

from __future__ import annotations

from typing import Any, Final

from engine.rules.families.base import (
    Family,
    Group,
    Kind,
    PerLine,
    Scalar,
    Scene,
    amount,
    lines_of,
    price,
    quantity,
    total,
)
from engine.rules.families.orders import line_metadata
from engine.rules.tree import Rule

_ORDER = frozenset({"order"})


def all_units(scene: Scene, rule: Rule) -> int | None:
    if scene.situation.before is None:
        return None
    return sum(quantity(scene, line) for line in lines_of(scene))


def all_amounts(scene: Scene, rule: Rule) -> int | None:
    return total(amount(scene, line) for line in lines_of(scene))


def line_quantity(scene: Scene, rule: Rule, line: int) -> Any:
    return quantity(scene, line)


def line_price(scene: Scene, rule: Rule, line: int) -> Any:
    return price(scene, line)


FAMILIES: Final[tuple[Family, ...]] = (
    Scalar(
        name="order.items.aggregated_quantity",
        title="number of units of these items",
        kind=Kind.UNITS,
        group=Group.ORDER,
        read=all_units,
        facts=_ORDER,
    ),
    Scalar(
        name="order.items.aggregated_amount",
        title="amount of these items",
        kind=Kind.MONEY,
        group=Group.ORDER,
        read=all_amounts,
        facts=_ORDER,
    ),
    PerLine(
        name="order.items.quantity",
        title="quantity of an item",
        kind=Kind.UNITS,
        group=Group.ORDER,
        read_line=line_quantity,
        facts=_ORDER,
    ),
    PerLine(
        name="order.items.price",
        title="price of an item",
        kind=Kind.MONEY,
        group=Group.ORDER,
        read_line=line_price,
        facts=_ORDER,
    ),
    PerLine(
        name="order.items.metadata",
        title="item metadata",
        kind=Kind.FREE,
        group=Group.ORDER,
        read_line=line_metadata,
        facts=_ORDER | {"lines.metadata"},
        needs_property=True,
    ),
)
