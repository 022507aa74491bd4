"""Random rule sets in the wire's shape, and situations in which some of them hold."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from engine.basket import Line
from engine.snapshot import Call, Customer
from tests.engine.rules.building import ADV, situation

FIGURES = st.integers(0, 12)
COMPARISONS = st.sampled_from(
    ["$is", "$is_not", "$more_than", "$less_than", "$more_than_or_equal", "$less_than_or_equal"]
)
ARTICLES = st.sampled_from(
    [ADV, {"id": "prod_mug", "object": "product"}, {"id": "prod_x", "object": "product"}, {"id": "sku_red"}]
)


def _leaf(names: list[str], operators: st.SearchStrategy[str], operands: Any) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda name, operator, operand: {"name": name, "property": "p", "conditions": {operator: [operand]}},
        st.sampled_from(names),
        operators,
        operands,
    )


figures = _leaf(
    [
        "order.amount",
        "order.initial_amount",
        "order.total_amount",
        "order.items.count",
        "order.items.price_any",
        "order.items.price_each",
        "product.price",
        "campaign.orders.amount",
        "campaign.orders.amount_discounted",
        "redemption.count.daily",
        "redemption.count.per_customer",
        "redemption.reward.pay_with_points.points_used",
    ],
    COMPARISONS,
    FIGURES,
)
texts = _leaf(
    [
        "customer.segment",
        "customer.metadata",
        "order.metadata",
        "redemption.metadata",
        "order.items.metadata_any",
        "order.items.metadata_each",
        "redemption.api_key",
    ],
    st.sampled_from(["$is", "$is_not", "$in", "$not_in", "$contains", "$not_intersect", "$has_value"]),
    st.sampled_from(["a", "b"]),
)
times = _leaf(["redemption.date"], st.just("$dow"), st.integers(0, 6))
questions = _leaf(
    [
        "order.items.aggregated_quantity",
        "order.items.aggregated_amount",
        "order.items.quantity",
        "order.items.price",
    ],
    COMPARISONS,
    FIGURES,
)


def _joined(parts: list[Any], logic: str) -> dict[str, Any]:
    found: dict[str, Any] = {str(number): part for number, part in enumerate(parts, 1)}
    words = [f" {'or' if letter == 'o' else 'and'} " for letter in logic]
    text = "1"
    for number in range(2, len(parts) + 1):
        text = f"({text}){words[number - 2]}{number}"
    return {**found, "logic": text if parts else ""}


def _level(inner: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[dict[str, Any]]:
    logic = st.text(alphabet="oa", min_size=most, max_size=most)
    return st.builds(_joined, st.lists(inner, min_size=0, max_size=most), logic)


items = st.builds(
    lambda name, operator, operand, inner: {
        "name": name,
        "conditions": {operator: [operand]},
        "rules": inner,
    },
    st.sampled_from(
        [f"order.items.{word}" for word in ("any", "every", "none", "cheapest", "most_expensive")]
    ),
    st.sampled_from(["$is", "$is_not"]),
    ARTICLES,
    _level(questions, 2),
)
rule_wires = st.builds(
    lambda rules: {"id": "val_1", "rules": rules}, _level(figures | texts | times | items, 5)
)

lines = st.builds(
    Line,
    price=st.none() | st.integers(0, 4),
    quantity=st.integers(1, 3),
    product_id=st.sampled_from(["prod_mug", "prod_other"]),
    sku_id=st.sampled_from([None, "sku_red"]),
    collections=st.sampled_from([(), ("pc_ADV",)]),
    metadata=st.sampled_from([{}, {"p": "a"}, {"p": ["b"]}]),
)
customers = st.none() | st.builds(
    Customer,
    id=st.just("cust_1"),
    metadata=st.sampled_from([{}, {"p": "a"}]),
    segments=st.sampled_from([(), ("a",), ("a", "b")]),
)
situations = st.builds(
    situation,
    st.none() | st.lists(lines, max_size=3),
    customer=customers,
    call=st.sampled_from([Call(), Call(api_key="a", metadata={"p": "b"}, points_used=7)]),
    counts=st.sampled_from(
        [
            {},
            {"redemption.count.daily": 2, "redemption.count.per_customer": 1},
            {"campaign.orders.amount": 3, "campaign.orders.amount_discounted": 2},
        ]
    ),
    order_metadata=st.sampled_from([{}, {"p": "b"}]),
)
