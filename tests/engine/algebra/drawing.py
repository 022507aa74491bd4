"""Promotions drawn at random: every rule, every operator, trees, exclusions, bundles, all discounts."""

from __future__ import annotations

from datetime import datetime, time
from random import Random
from typing import Any, Final

from engine import Budget, BudgetMeasure, Candidate, DailyHours, RedeemableObject, Validity, effects, rules
from engine.rules.families import REGISTRY, Kind
from engine.rules.operands import ALLOWED
from engine.rules.tree import Operator
from tests.engine.algebra.small_world import DAYS, SEGMENTS, TEXTS

ITEMS: Final[tuple[dict[str, str], ...]] = (
    {"id": "prod_mug", "object": "product"},
    {"id": "prod_shoe", "object": "product"},
    {"id": "prod_hat", "object": "product"},
    {"id": "prod_pen", "object": "product"},
    {"id": "sku_red", "object": "sku"},
    {"id": "pc_home", "object": "products_collection"},
    {"id": "pc_wear", "object": "products_collection"},
)
_QUANTIFIED: Final = tuple(
    f"order.items.{word}" for word in ("any", "every", "none", "cheapest", "most_expensive")
)
_ON_LINES: Final = (
    "order.items.aggregated_quantity",
    "order.items.aggregated_amount",
    "order.items.quantity",
    "order.items.price",
    "order.items.metadata",
    "order.items.count",
)
_COUNTERS: Final = tuple(name for name, family in REGISTRY.items() if family.is_counter)
_SIMPLE: Final = tuple(
    name for name, family in REGISTRY.items() if not family.is_counter and name not in _QUANTIFIED
)
_PROPERTIES: Final = {
    "customer.metadata": ("tier", "tags"),
    "order.metadata": ("channel", "tags"),
    "redemption.metadata": ("channel", "tags"),
    "order.items.metadata": ("gift", "tags"),
    "order.items.metadata_any": ("gift", "tags"),
    "order.items.metadata_each": ("gift", "tags"),
    "custom_event.metadata": ("x",),
}
_COMMON: Final = (
    "customer.segment", "customer.segment", "customer.metadata", "order.amount", "order.amount",
    "order.items.count", "redemption.api_key", "redemption.api_key", "order.metadata", "redemption.metadata",
    "redemption.date",
)  # fmt: skip
_WINDOWED: Final = {
    Operator.TIMEFRAME: ["2026-11-23", "P2D", "PT20H"],
    Operator.TIMEFRAME_ABSOLUTE: ["2026-11-24/2026-11-27"],
    Operator.TIMEFRAME_DAILY_HOURS: ["08:00-18:00"],
    Operator.DAY_OF_WEEK: [1],
}
_USUAL: Final = frozenset(
    {
        Operator.IS,
        Operator.IN,
        Operator.IS_NOT,
        Operator.NOT_IN,
        Operator.MORE_THAN_OR_EQUAL,
        Operator.LESS_THAN,
    }
)
_SIZES: Final = frozenset({Operator.COUNT, Operator.COUNT_MORE, Operator.COUNT_LESS})
_DATES: Final = frozenset({Operator.AFTER, Operator.BEFORE})


def promotion(rng: Random, key: str) -> Candidate:
    """One promotion with one or two rule sets."""
    discount, targets = _discount(rng)
    sets = [_rule_set(rng, targets, bundled=rng.random() < 0.1)]
    if rng.random() < 0.25:
        sets.append(_rule_set(rng, None))
    return Candidate(
        key=key,
        object=RedeemableObject.PROMOTION_TIER,
        discount=effects.parse(discount, targets_items=targets is not None),
        rules=tuple(sets),
        validity=_validity(rng),
        budgets=_budgets(rng),
    )


def _validity(rng: Random) -> Validity:
    drawn = rng.random()
    if drawn < 0.04:
        return Validity(days_of_week=tuple(sorted(rng.sample(range(7), 3))))
    if drawn < 0.08:
        hours = DailyHours(days_of_week=(1, 2, 3, 4, 5), start_time=time(8), expiration_time=time(18))
        return Validity(daily_hours=(hours,))
    if drawn < 0.12:
        return Validity(starts_at=datetime.fromisoformat("2026-11-25T12:00:00+01:00"))
    return Validity()


def _budgets(rng: Random) -> tuple[Budget, ...]:
    if rng.random() < 0.97:
        return ()
    return (Budget(id="bud_1", name="Spring", measure=BudgetMeasure.DISCOUNT, limit=rng.choice((500, 5000))),)


def _discount(rng: Random) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """A discount, and what it targets if it works on items."""
    kind = rng.randrange(12)
    amount, percent = rng.choice((50, 100, 500)), rng.choice((1, 10, 50, 100))
    if kind < 2:
        return {"type": "AMOUNT", "effect": "APPLY_TO_ORDER", "amount_off": amount}, None
    if kind < 4:
        return {"type": "PERCENT", "effect": "APPLY_TO_ORDER", "percent_off": percent}, None
    if kind == 4:
        return {"type": "FIXED", "effect": "APPLY_TO_ORDER", "fixed_amount": amount}, None
    if kind == 5:
        gift = {"type": "UNIT", "effect": rng.choice(("ADD_NEW_ITEMS", "ADD_MISSING_ITEMS"))}
        return {**gift, "unit_off": 1, "unit_type": rng.choice(("prod_pen", "prod_hat"))}, None
    if kind == 6:
        return {"type": "UNIT", "effect": "ADD_SAME_ITEMS", "unit_off": 1}, _targets(rng)
    if kind == 7:
        return {"type": "FIXED", "effect": "APPLY_TO_ITEMS", "fixed_amount": amount}, _targets(rng)
    if kind == 8 and rng.random() < 0.3:
        replaced = {"type": "UNIT", "effect": "REPLACE_ITEMS", "unit_off": 1, "unit_type": "prod_hat"}
        return replaced, _targets(rng)
    if kind == 9 and rng.random() < 0.3:
        formula = {"percent_off_formula": "ORDER_AMOUNT / 10", "percent_off": 10}
        return {"type": "PERCENT", "effect": "APPLY_TO_ORDER", **formula}, None
    if kind < 11:
        return {"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": percent}, _targets(rng)
    effect = rng.choice(
        (
            "APPLY_TO_ITEMS",
            "APPLY_TO_ITEMS_BY_QUANTITY",
            "APPLY_TO_ITEMS_PROPORTIONALLY",
            "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY",
        )
    )
    return {"type": "AMOUNT", "effect": effect, "amount_off": amount}, _targets(rng)


def _targets(rng: Random) -> dict[str, Any]:
    drawn = rng.random()
    excluded = [_entry(rng, plain=True)] if rng.random() < 0.3 else []
    if drawn < 0.15:
        return {"included_all": True, "excluded": excluded}
    return {"included": [_entry(rng) for _ in range(rng.choice((1, 1, 2)))], "excluded": excluded}


def _entry(rng: Random, *, plain: bool = False) -> dict[str, Any]:
    entry: dict[str, Any] = dict(rng.choice(ITEMS))
    if plain:
        return entry
    if rng.random() < 0.15:
        entry |= {"effect": rng.choice(("APPLY_TO_CHEAPEST", "APPLY_TO_MOST_EXPENSIVE"))}
    if rng.random() < 0.1:
        entry |= {
            "effect": "APPLY_TO_EVERY",
            "target": "UNIT",
            "skip_initially": rng.choice((1, 2)),
            "repeat": 2,
        }
    if rng.random() < 0.1:
        entry |= {"aggregated_quantity_limit": 2}
    return entry


def _rule_set(rng: Random, targets: dict[str, Any] | None, *, bundled: bool = False) -> rules.RuleSet:
    count = rng.choice((0, 1, 1, 2, 2, 3))
    wire: dict[str, Any] = {"id": "val_1", "rules": _level(rng, [_rule(rng) for _ in range(count)])}
    if targets is not None:
        wire["applicable_to"] = targets
    if bundled:
        wire["bundle_rules"] = {str(at): _component(rng) for at in range(rng.choice((1, 2)))}
    return rules.parse(wire)


def _component(rng: Random) -> dict[str, Any]:
    item = rng.choice(ITEMS)
    quantity = {"1": {"name": "order.items.aggregated_quantity", "conditions": {"$is": [rng.choice((1, 2))]}}}
    return {"name": "order.items.any", "conditions": {"$is": [item]}, "rules": quantity}


def _level(rng: Random, found: list[dict[str, Any]]) -> dict[str, Any]:
    wire: dict[str, Any] = {str(at): one for at, one in enumerate(found, 1)}
    text = "1"
    for number in range(2, len(found) + 1):
        text = f"({text}) {'or' if rng.random() < 0.3 else 'and'} {number}"
    return {**wire, "logic": text} if found else {}


def _rule(rng: Random) -> dict[str, Any]:
    drawn = rng.random()
    if drawn < 0.35:
        return _items(rng, depth=0)
    if drawn < 0.4:
        return _simple(rng, rng.choice(_COUNTERS))
    if drawn < 0.86:
        return _simple(rng, rng.choice(_COMMON))
    return _simple(rng, rng.choice(_SIMPLE))


def _items(rng: Random, depth: int) -> dict[str, Any]:
    name = rng.choice(_QUANTIFIED)
    if rng.random() < 0.15:
        name = rng.choice(("product.id", "sku.id"))
    operator = rng.choice(("$is", "$is", "$is", "$is_not", "$in", "$not_in", "$from"))
    conditions: dict[str, Any] = {operator: [rng.choice(ITEMS) for _ in range(rng.choice((1, 1, 2)))]}
    if name.startswith("order") and rng.random() < 0.12:
        conditions[rng.choice(("$count", "$count_more", "$count_less"))] = [rng.choice((1, 2))]
    if name.startswith("order") and rng.random() < 0.08:
        conditions = {}
    wire: dict[str, Any] = {"name": name, "conditions": conditions}
    if rng.random() < 0.45 or not conditions:
        below = [_simple(rng, rng.choice(_ON_LINES)) for _ in range(rng.choice((1, 1, 2)))]
        if depth == 0 and rng.random() < 0.08:
            below.append(_items(rng, depth=1))
        wire["rules"] = _level(rng, below)
    return wire


def _simple(rng: Random, name: str) -> dict[str, Any]:
    family = REGISTRY[name]
    properties = _PROPERTIES.get(name, ("brand", "tags"))
    wire: dict[str, Any] = {"name": name}
    if family.needs_property or (name.startswith("product.metadata") and rng.random() < 0.5):
        wire["property"] = rng.choice(properties)
    conditions: dict[str, Any] = {}
    for _ in range(1 if rng.random() < 0.85 else 2):
        operator = rng.choice(sorted(ALLOWED[family.kind]))
        if family.is_counter and rng.random() < 0.85:  # limits, as people set them
            operator = rng.choice((Operator.LESS_THAN, Operator.LESS_THAN_OR_EQUAL))
        elif name in _COMMON and rng.random() < 0.6:  # as people ask, so that two often exclude each other
            operator = rng.choice(sorted(ALLOWED[family.kind] & _USUAL))
        conditions[operator.value] = _operands(rng, name, family.kind, operator)
    wire["conditions"] = conditions
    return wire


def _operands(rng: Random, name: str, kind: Kind, operator: Operator) -> list[Any]:
    if operator in (Operator.HAS_VALUE, Operator.IS_UNKNOWN):
        return []
    if operator in _WINDOWED:
        if operator is Operator.DAY_OF_WEEK:
            return sorted(rng.sample(range(7), rng.choice((1, 2, 4))))
        return list(_WINDOWED[operator])
    if operator in _SIZES or "ago" in operator.value or "future" in operator.value:
        return [rng.choice((0, 1, 2, 4))]
    many = rng.choice((1, 1, 2)) if operator in _MANY else 1
    return [_operand(rng, name, kind, operator) for _ in range(many)]


_MANY: Final = frozenset(
    {
        Operator.IS,
        Operator.IN,
        Operator.IS_NOT,
        Operator.NOT_IN,
        Operator.NOT_INTERSECT,
        Operator.NOT_DIFFER,
        Operator.STARTS_WITH,
        Operator.FROM,
    }
)


def _operand(rng: Random, name: str, kind: Kind, operator: Operator) -> Any:
    if kind is Kind.ITEM:
        return rng.choice(ITEMS)
    if kind is Kind.MONEY:
        return rng.choice((0, 100, 300, 500, 600, 1000, 2000))
    if kind in (Kind.UNITS, Kind.NUMBER, Kind.COUNT):
        return rng.choice((0, 1, 2, 3, 5, 8))
    if kind is Kind.FLAG:
        return rng.random() < 0.8
    if kind is Kind.TIME or operator in _DATES:
        return rng.choice((*DAYS, "2026-11-25T10:00:00Z"))
    if kind is Kind.FREE and operator in (
        Operator.MORE_THAN,
        Operator.LESS_THAN,
        Operator.MORE_THAN_OR_EQUAL,
        Operator.LESS_THAN_OR_EQUAL,
    ):
        return rng.choice((3, 5, 8, "2026-11-24"))
    if operator in (Operator.STARTS_WITH, Operator.ENDS_WITH, Operator.CONTAINS):
        return rng.choice(("go", "old", "seg_", "vip", "shop", "app_", "web"))
    if name == "customer.segment":
        return rng.choice(SEGMENTS)
    if name == "customer.loyalty_tier":
        return rng.choice(("ltr_a", "ltr_b"))
    if name == "redemption.api_key":
        return rng.choice(("app_web", "app_pos"))
    if name == "redemption.user.login":
        return rng.choice(("ann@shop", "bob@shop"))
    return rng.choice((*TEXTS, 5, True))
