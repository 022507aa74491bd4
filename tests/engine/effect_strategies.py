"""Random discounts of every type and effect, in the wire's shape, read by `effects.parse`."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from engine import effects
from tests.engine.rule_strategies import LIMIT

SUMS: Final = st.integers(0, 9000)
PERCENTAGES: Final = st.integers(0, 10_000).map(
    lambda hundredths: f"{hundredths // 100}.{hundredths % 100:02}"
)
NAMES: Final = st.sampled_from(["prod_a", "prod_b", "sku_a1", "prod_new", "prod_free"])
GIVEN: Final = st.integers(1, 4)
_ITEMS: Final = (
    "APPLY_TO_ITEMS",
    "APPLY_TO_ITEMS_BY_QUANTITY",
    "APPLY_TO_ITEMS_PROPORTIONALLY",
    "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY",
)


def _formula(*texts: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([None] * (3 * len(texts)) + list(texts))


def wire(**values: Any) -> st.SearchStrategy[dict[str, Any]]:
    """An object of these values, each a strategy or a constant."""
    return st.fixed_dictionaries(
        {name: one if isinstance(one, st.SearchStrategy) else st.just(one) for name, one in values.items()}
    )


_limits: Final[dict[str, Any]] = {"amount_limit": LIMIT, "aggregated_amount_limit": LIMIT}
_amount_formula = _formula("ORDER_AMOUNT / 10", "IF(ORDER_ITEM_PRICE > 10;2;1)", 'CUSTOMER_METADATA("p")')
_percent_formula = _formula("IF(ORDER_UNITS_QUANTITY > 3;25;5)", "ORDER_ITEM_PRICE", "0 - 5")

order_wires = st.one_of(
    wire(type="AMOUNT", effect="APPLY_TO_ORDER", amount_off=SUMS, **_limits),
    wire(type="PERCENT", effect="APPLY_TO_ORDER", percent_off=PERCENTAGES, **_limits),
)
"""The ordinary ones, which need no rule."""
item_wires = st.one_of(
    wire(
        type="AMOUNT",
        effect=st.sampled_from(_ITEMS),
        amount_off=SUMS,
        amount_off_formula=_amount_formula,
        **_limits,
    ),
    wire(
        type="PERCENT",
        effect="APPLY_TO_ITEMS",
        percent_off=PERCENTAGES,
        percent_off_formula=_percent_formula,
        **_limits,
    ),
    wire(type="FIXED", effect="APPLY_TO_ITEMS", fixed_amount=SUMS, fixed_amount_formula=_amount_formula),
)
unit_wires = st.one_of(
    wire(
        type="UNIT",
        effect=st.sampled_from(["ADD_NEW_ITEMS", "ADD_MISSING_ITEMS", "ADD_SAME_ITEMS", "REPLACE_ITEMS"]),
        unit_off=GIVEN,
        unit_off_formula=_formula("ORDER_UNITS_QUANTITY / 2"),
        unit_type=NAMES,
    ),
    wire(
        type="UNIT",
        effect="ADD_MANY_ITEMS",
        units=st.lists(
            wire(
                effect=st.sampled_from(["ADD_NEW_ITEMS", "ADD_MISSING_ITEMS"]),
                unit_off=GIVEN,
                unit_type=NAMES,
            ),
            min_size=1,
            max_size=2,
        ),
    ),
)
card_wires = st.one_of(
    wire(type="GIFT", effect=st.sampled_from(["APPLY_TO_ORDER", "APPLY_TO_ITEMS"])),
    wire(type="POINTS", exchange_ratio=st.integers(1, 20), points_ratio=st.integers(1, 100)),
)
wires = st.one_of(
    order_wires,
    item_wires,
    item_wires,
    unit_wires,
    card_wires,
    wire(type="PERCENT", percent_off=PERCENTAGES, percent_off_formula=_percent_formula),
    wire(type="FIXED", effect="APPLY_TO_ORDER", fixed_amount=SUMS, fixed_amount_formula=_amount_formula),
)
discounts = wires.map(effects.parse)
ordinary = order_wires.map(effects.parse)
