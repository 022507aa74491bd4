"""Random rule sets of every family and operator, in the wire's shape, read by `rules.parse`."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from engine import rules
from engine.applicability import Pick, Target, UnitLimit
from engine.rules.families import REGISTRY, Kind
from engine.rules.operands import ALLOWED
from engine.rules.tree import Operator
from engine.rules.windows import WINDOWS

PRODUCTS: Final = ("prod_a", "prod_b", "prod_c")
SKUS: Final = ("sku_a1", "sku_b1")
COLLECTIONS: Final = ("pc_x", "pc_y")
ARTICLES: Final[tuple[dict[str, Any], ...]] = (
    *({"object": "product", "id": one} for one in PRODUCTS),
    *({"object": "sku", "id": one} for one in SKUS),
    *({"object": "products_collection", "id": one, "name": one.upper()} for one in COLLECTIONS),
    {"object": "product", "id": "prod_gone", "source_id": "gone"},
)
WORDS: Final = ("a", "b", "7")
FEW: Final = st.integers(0, 9)
MONEY: Final = st.integers(0, 25_000)
LIMIT: Final = st.none() | st.none() | st.integers(0, 4000)
UNITS: Final = st.none() | st.none() | st.integers(0, 6)
FORMULAS: Final = st.sampled_from(
    [
        None,
        None,
        None,
        None,
        "ORDER_UNITS_QUANTITY",
        "ORDER_AMOUNT / 100",
        'IF(ORDER_AMOUNT > 50;3;CUSTOMER_METADATA("p"))',
        "CHEAPEST_ORDER_ITEM_PRICE - 1",
    ]
)
_DAYS: Final = ("2026-03-01", "2026-11-25", "2027-01-01T12:00:00+01:00")
_WINDOWS: Final[dict[Operator, list[Any]]] = {
    Operator.TIMEFRAME: ["2026-01-01", "P7D", "P3DT12H"],
    Operator.TIMEFRAME_ABSOLUTE: ["2026-03-01/2026-10-31"],
    Operator.TIMEFRAME_DAILY_HOURS: ["06:00-18:30"],
}
_SIZES: Final = (Operator.COUNT, Operator.COUNT_MORE, Operator.COUNT_LESS)
_FIGURES: Final = (Kind.MONEY, Kind.UNITS, Kind.NUMBER, Kind.COUNT)
_BELOW: Final = tuple(
    name
    for name in sorted(REGISTRY)
    if name.startswith(("order.items.aggregated", "order.items.price", "order.items.quantity"))
    or name in ("order.items.metadata", "product.metadata", "product.quantity")
)


def _one(kind: Kind, operator: Operator) -> st.SearchStrategy[Any]:
    if operator in _SIZES or operator.value.endswith(("ago", "future")):
        return FEW
    if operator is Operator.DAY_OF_WEEK:
        return st.integers(0, 6)
    if operator in (Operator.AFTER, Operator.BEFORE) or kind is Kind.TIME:
        return st.sampled_from(_DAYS)
    if kind is Kind.ITEM:
        return st.sampled_from(ARTICLES[-3:-1] if operator is Operator.FROM else ARTICLES)
    if kind in _FIGURES:
        return MONEY if kind is Kind.MONEY else FEW
    if kind is Kind.FLAG:
        return st.booleans()
    return FEW if operator.value.startswith(("$more", "$less")) else st.sampled_from(WORDS)


def _operands(kind: Kind, operator: Operator) -> st.SearchStrategy[list[Any]]:
    if operator in (Operator.HAS_VALUE, Operator.IS_UNKNOWN):
        return st.just([])
    if operator in WINDOWS and operator is not Operator.DAY_OF_WEEK:
        return st.just(_WINDOWS[operator])
    is_list = operator in (Operator.IN, Operator.NOT_IN, Operator.DAY_OF_WEEK, Operator.NOT_DIFFER)
    return st.lists(_one(kind, operator), min_size=1, max_size=3 if is_list else 1)


def _leaf(name: str) -> st.SearchStrategy[dict[str, Any]]:
    kind = REGISTRY[name].kind
    condition = st.sampled_from(sorted(ALLOWED[kind])).flatmap(
        lambda operator: st.fixed_dictionaries({operator.value: _operands(kind, operator)})
    )
    rule: dict[str, Any] = {"name": st.just(name), "property": st.just("p"), "conditions": condition}
    if kind is Kind.ITEM:
        rule["rules"] = _level(st.sampled_from(_BELOW).flatmap(_leaf), 2)
    return st.fixed_dictionaries(rule)


def _level(inner: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(_joined, st.lists(inner, max_size=most), st.sampled_from(["and", "or"]))


def _joined(parts: list[Any], word: str) -> dict[str, Any]:
    found: dict[str, Any] = {str(number): part for number, part in enumerate(parts, 1)}
    return {**found, "logic": f" {word} ".join(found)}


leaves = st.sampled_from(sorted(REGISTRY)).flatmap(_leaf)
entries = st.fixed_dictionaries(
    {
        "effect": st.sampled_from([one.value for one in Pick]),
        "target": st.sampled_from([one.value for one in Target]),
        "skip_initially": st.sampled_from([0, 0, 1, 2]),
        "repeat": st.sampled_from([1, 1, 2, 3]),
        "price": LIMIT,
        "price_formula": FORMULAS,
        "amount_limit": LIMIT,
        "aggregated_amount_limit": LIMIT,
        "quantity_limit": UNITS,
        "quantity_limit_formula": FORMULAS,
        "aggregated_quantity_limit": UNITS,
        UnitLimit.CAMPAIGN.value: UNITS,
        UnitLimit.COLLECTION_CUSTOMER_CAMPAIGN.value: UNITS,
    }
).flatmap(lambda fields: st.sampled_from(ARTICLES).map(lambda item: {**item, **fields}))
plain_entries = st.sampled_from(ARTICLES)
targets = st.fixed_dictionaries(
    {
        "included": st.lists(entries | plain_entries, max_size=2),
        "excluded": st.just([]) | st.just([]) | st.lists(plain_entries, max_size=1),
        "included_all": st.booleans(),
    }
)
bundles = st.builds(
    lambda limit, parts: {
        "limit": limit,
        **{
            str(number): {
                "name": "order.items.any",
                "conditions": {"$is": [item]},
                "rules": {"1": {"name": "order.items.aggregated_quantity", "conditions": {"$is": [units]}}},
            }
            for number, (item, units) in enumerate(parts, 1)
        },
    },
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from(ARTICLES[:-1]), st.integers(1, 2)), min_size=1, max_size=2),
)
wires = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["val_1", "val_2"]),
        "name": st.just("A rule"),
        "rules": st.just({}) | _level(leaves, 3),
        "applicable_to": st.none() | targets,
        "bundle_rules": st.sampled_from([False] * 5 + [True]).flatmap(
            lambda wanted: bundles if wanted else st.none()
        ),
        "error": st.none() | st.just({"message": "Sorry"}),
    }
)
rule_sets = wires.map(rules.parse)
"""Any rule set; most refuse."""
targeting = st.builds(lambda applicable: rules.parse({"applicable_to": applicable}), targets)
"""Without conditions: they only say which items."""
