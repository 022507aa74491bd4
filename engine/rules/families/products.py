"""The older names about products and SKUs, alone or below each other. Contract: 11.2.

`product.id` finds lines; `$is_not` wants no such line in the order. The others ask any line, `match_all`
every one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from engine.rules.families.base import Family, Group, Kind, PerLine, Scalar, Scene, amount, lines_of, quantity
from engine.rules.families.base import total as sum_of
from engine.rules.families.items import NOT_THESE, is_item
from engine.rules.families.matched_lines import line_price, line_quantity
from engine.rules.tree import Rule

_ORDER = frozenset({"order"})
_METADATA = frozenset({"order", "lines.product_metadata"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """`product.id` and `sku.id`."""

    name: str
    title: str
    kind: Kind = Kind.ITEM
    group: Group = Group.ORDER
    facts: frozenset[str] = _ORDER
    needs_property: bool = False
    needs_conditions: bool = True
    is_about_result: bool = False
    is_counter: bool = False
    is_per_customer: bool = False
    is_negation: bool = False
    is_each: bool = False

    def test(self, scene: Scene, rule: Rule) -> bool | None:
        lines = lines_of(scene)
        unwanted = [condition for condition in rule.conditions if condition.operator in NOT_THESE]
        if any(not is_item(scene, line, condition) for line in lines for condition in unwanted):
            return False
        return len(unwanted) == len(rule.conditions) or bool(self.matched(scene, rule))

    def matched(self, scene: Scene, rule: Rule) -> tuple[int, ...]:
        return tuple(
            line
            for line in lines_of(scene)
            if all(is_item(scene, line, condition) for condition in rule.conditions)
        )

    def actual(self, scene: Scene, rule: Rule) -> Any:
        return self.matched(scene, rule)


def _metadata(scene: Scene, rule: Rule, line: int) -> Any:
    return scene.situation.lines[line].product_metadata.get(rule.property or "")


def _having(scene: Scene, rule: Rule) -> tuple[int, ...]:
    """Without a rule above, the lines whose product has the property, if one is named."""
    lines = lines_of(scene)
    if scene.matched is not None or rule.property is None:
        return lines
    return tuple(line for line in lines if _metadata(scene, rule, line) is not None)


def _units(scene: Scene, rule: Rule) -> int | None:
    if scene.situation.before is None:
        return None
    return sum(quantity(scene, line) for line in _having(scene, rule))


def _amounts(scene: Scene, rule: Rule) -> int | None:
    return sum_of(amount(scene, line) for line in _having(scene, rule))


def _is_discountable(scene: Scene, rule: Rule) -> bool | None:
    return bool(lines_of(scene)) or None


def _discount_applicable(name: str) -> Scalar:
    return Scalar(
        name=name,
        title="discount applicable to these items",
        kind=Kind.FLAG,
        group=Group.ORDER,
        read=_is_discountable,
        facts=_ORDER,
        needs_conditions=False,
    )


def _of_line(name: str, title: str, kind: Kind, read_line: Any) -> PerLine:
    return PerLine(
        name=name,
        title=title,
        kind=kind,
        group=Group.ORDER,
        read_line=read_line,
        every=False,
        facts=_ORDER,
    )


def _metadata_of(name: str, title: str, *, every: bool) -> PerLine:
    return PerLine(
        name=name,
        title=title,
        kind=Kind.FREE,
        group=Group.ORDER,
        read_line=_metadata,
        every=every,
        facts=_METADATA,
        needs_property=True,
    )


def _aggregated(name: str, title: str, kind: Kind, read: Any) -> Scalar:
    return Scalar(name=name, title=title, kind=kind, group=Group.ORDER, read=read, facts=_METADATA)


FAMILIES: Final[tuple[Family, ...]] = (
    Article(name="product.id", title="product"),
    Article(name="sku.id", title="SKU"),
    _of_line("product.price", "price of a product", Kind.MONEY, line_price),
    _of_line("product.quantity", "quantity of a product", Kind.UNITS, line_quantity),
    _of_line("sku.price", "price of a SKU", Kind.MONEY, line_price),
    _of_line("sku.quantity", "quantity of a SKU", Kind.UNITS, line_quantity),
    _discount_applicable("product.discount_applicable"),
    _discount_applicable("product.metadata.discount_applicable"),
    _discount_applicable("sku.discount_applicable"),
    _metadata_of("product.metadata", "product metadata", every=False),
    _metadata_of("product.metadata.match_all", "metadata of every product", every=True),
    _aggregated("product.metadata.aggregated_quantity", "units of these products", Kind.UNITS, _units),
    _aggregated("product.metadata.aggregated_amount", "amount of these products", Kind.MONEY, _amounts),
)
