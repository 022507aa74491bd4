from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidPayload
from loyalty import earning
from loyalty.earning import Basis, Facts, Line, Returned, calculate, kept


@dataclass(frozen=True)
class Mapped:
    type: str
    multiplier: Decimal | None = None
    points: int | None = None


def times(text: str) -> Mapped:
    return Mapped("MULTIPLY", multiplier=Decimal(text))


def per(metric: str, every: int, points: int, **more: Any) -> dict[str, Any]:
    group, name = earning.METRICS[metric]
    return {
        "type": "PROPORTIONAL",
        "calculation_type": metric,
        group: {name: {"every": every, "points": points, **more}},
    }


def fixed(points: int, **more: Any) -> dict[str, Any]:
    return {"type": "FIXED", "points": points, **more}


def points(loyalty: dict[str, Any], facts: Facts, **values: Any) -> int:
    basis = calculate(loyalty, facts, **values)
    return 0 if basis is None else basis.result()


APPLE = Line(position=0, quantity=5, amount=5000, subtotal=4000, free=1, names=frozenset({"prod_a", "pc_f"}))
PEAR = Line(position=1, quantity=2, amount=999, subtotal=999, names=frozenset({"prod_p", "sku_p", "pc_f"}))
ORDER = Facts(amount=5999, total=4999, lines=[APPLE, PEAR])


class TestWorkedExamples:
    """Contract loyalty 5.2 and 10.4."""

    def test_points_for_what_is_paid(self):
        rule = per("ORDER_TOTAL_AMOUNT", 1000, 5)

        assert points(rule, Facts(amount=12999, total=10999)) == 50
        assert points(rule, Facts(amount=12999, total=10999), mapping=times("1.5")) == 75

    def test_free_units_bring_nothing(self):
        assert points(per("ORDER_ITEMS_QUANTITY", 2, 3), Facts(lines=[APPLE])) == 6

    def test_gold_has_twice_the_points_of_a_rule(self):
        assert points(fixed(35), Facts(), mapping=times("2")) == 70


@pytest.mark.parametrize(
    ("rule", "given_points"),
    [
        (per("ORDER_AMOUNT", 1000, 1), 5),
        (per("ORDER_TOTAL_AMOUNT", 1000, 1), 4),
        (per("ORDER_TOTAL_AMOUNT", 5000, 1), 0),
        (per("ORDER_ITEMS_AMOUNT", 1000, 1), 5),
        (per("ORDER_ITEMS_SUBTOTAL_AMOUNT", 1000, 1), 4),
        (per("ORDER_ITEMS_QUANTITY", 1, 1), 6),
        (per("ORDER_ITEMS_AMOUNT", 1, 1, object="sku", id="sku_p"), 999),
        (per("ORDER_ITEMS_QUANTITY", 1, 1, object="product", id="prod_a"), 4),
        (per("ORDER_ITEMS_QUANTITY", 1, 1, object="product", id="prod_x"), 0),
        (
            per(
                "ORDER_ITEMS_QUANTITY",
                1,
                1,
                applicable_to=[
                    {"object": "products_collection", "id": "pc_f"},
                    {"object": "product", "id": "prod_p"},
                ],
            ),
            6,
        ),
    ],
)
def test_counts_what_the_rule_says(rule, given_points):
    earning.check(rule, event="order.paid")

    assert points(rule, ORDER) == given_points


@pytest.mark.parametrize(
    ("value", "given_points"),
    [(17, 3), (Decimal("17.9"), 3), (4, 0), (-20, 0), ("17", 0), (None, 0), (True, 0), ([17], 0)],
)
def test_counts_a_number_in_metadata_and_nothing_else(value, given_points):
    rule = per("ORDER_METADATA", 5, 1, property="miles")

    assert points(rule, Facts(order_metadata={"miles": value})) == given_points
    assert points(rule, Facts(order_metadata={})) == 0
    assert (
        points(per("CUSTOMER_METADATA", 5, 1, property="miles"), Facts(customer_metadata={"miles": value}))
        == given_points
    )
    assert (
        points(per("CUSTOM_EVENT_METADATA", 5, 1, property="miles"), Facts(event_metadata={"miles": value}))
        == given_points
    )


class TestFormulas:
    @pytest.mark.parametrize(
        ("found", "given_points"),
        [(Decimal("2.5"), 3), (Decimal("2.49"), 2), (Decimal(-1), 0), (Decimal(0), 0), (None, 7)],
    )
    def test_are_rounded_half_up_and_fall_back(self, found, given_points):
        rule = fixed(7, points_formula="X")

        assert points(rule, Facts(), formula=lambda _: found) == given_points

    def test_of_each_step(self):
        rule = per("ORDER_AMOUNT", 1000, 1, points_formula="X")

        assert points(rule, ORDER, formula=lambda _: Decimal(4)) == 20

    def test_the_tier_s_own_number_beats_them(self):
        rule = fixed(7, points_formula="X")
        own = Mapped("CUSTOM", points=40)

        assert points(rule, Facts(), formula=lambda _: Decimal(4), mapping=own) == 40
        assert points(per("ORDER_AMOUNT", 1000, 1), ORDER, mapping=own) == 200


@pytest.mark.parametrize(
    ("rule", "event", "says"),
    [
        ("x", "order.paid", "loyalty.type must be"),
        ({}, "order.paid", "loyalty.type must be"),
        (fixed(-1), "order.paid", "loyalty.points must be"),
        ({"type": "FIXED"}, "order.paid", "loyalty.points must be"),
        ({"type": "FIXED", "points": True}, "order.paid", "loyalty.points must be"),
        (fixed(1, points_formula=5), "order.paid", "points_formula must be a text"),
        ({"type": "PROPORTIONAL"}, "order.paid", "calculation_type of order.paid must be one of"),
        (per("CUSTOM_EVENT_METADATA", 1, 1, property="x"), "order.paid", "calculation_type of order.paid"),
        (per("ORDER_AMOUNT", 1, 1), "clicked", "must be one of: CUSTOMER_METADATA, CUSTOM_EVENT_METADATA"),
        (
            {"type": "PROPORTIONAL", "calculation_type": "ORDER_TOTAL_AMOUNT", "order": {}},
            "order.paid",
            "Loyalty order rules must contain one of the following properties - 'total_amount'",
        ),
        (per("ORDER_AMOUNT", 0, 1), "order.paid", "loyalty.order.amount.every must be"),
        (per("ORDER_AMOUNT", 1, -1), "order.paid", "loyalty.order.amount.points must be"),
        (per("ORDER_METADATA", 1, 1), "order.paid", "property must be the key"),
        (per("ORDER_ITEMS_AMOUNT", 1, 1, object="shop", id="x"), "order.paid", "applicable_to"),
        (per("ORDER_ITEMS_AMOUNT", 1, 1, applicable_to=["x"]), "order.paid", "applicable_to"),
    ],
)
def test_refuses_rules_that_mean_nothing(rule, event, says):
    with pytest.raises(InvalidPayload) as refused:
        earning.check(rule, event=event)

    assert says in refused.value.details


def test_a_cap_lets_through_what_is_left():
    basis = calculate(fixed(50), Facts())
    assert basis is not None

    assert earning.limited(basis, None) == basis
    assert earning.limited(basis, 50) == basis
    cut = earning.limited(basis, 20)
    assert cut is not None
    assert cut.result() == 20
    assert earning.limited(basis, 0) is None


class TestReturned:
    def basis(self, rule: dict[str, Any], **values: Any) -> Basis:
        found = calculate(rule, ORDER, **values)
        assert found is not None
        return found

    def test_what_is_left_of_the_order_counts(self):
        total = self.basis(per("ORDER_TOTAL_AMOUNT", 1000, 5))

        assert kept(total, Returned()) == 20
        assert kept(total, Returned(refund=999)) == 20
        assert kept(total, Returned(refund=1000)) == 15
        assert kept(total, Returned(refund=4999)) == 0

    def test_lines_lose_their_share(self):
        amount = self.basis(per("ORDER_ITEMS_AMOUNT", 1000, 1))
        units = self.basis(per("ORDER_ITEMS_QUANTITY", 1, 1))

        assert kept(amount, Returned(units={0: 2})) == 3
        assert kept(amount, Returned(units={0: 5})) == 0
        assert kept(units, Returned(units={0: 2, 1: 1})) == 3
        assert kept(units, Returned(units={0: 5})) == 2

    def test_what_was_fixed_stays_until_everything_is_back(self):
        basis = self.basis(fixed(10))

        assert kept(basis, Returned(refund=4000, units={0: 5})) == 10
        assert kept(basis, Returned(is_complete=True)) == 0

    def test_an_order_without_lines_loses_its_share(self):
        basis = calculate(per("ORDER_AMOUNT", 100, 1), Facts(amount=10_000, total=10_000))
        assert basis is not None

        assert kept(basis, Returned(refund=2550, share=(2550, 10_000))) == 74

    def test_a_cap_keeps_what_the_rest_still_earns(self):
        basis = earning.limited(self.basis(per("ORDER_TOTAL_AMOUNT", 1000, 5)), 12)
        assert basis is not None

        assert kept(basis, Returned(refund=1000)) == 12
        assert kept(basis, Returned(refund=3000)) == 5


LINES = st.lists(
    st.builds(
        lambda quantity, price, off: Line(
            position=0,
            quantity=quantity,
            amount=quantity * price,
            subtotal=max(0, quantity * price - off),
        ),
        st.integers(1, 9),
        st.integers(0, 5000),
        st.integers(0, 3000),
    ),
    min_size=1,
    max_size=5,
)
RULES = st.sampled_from(
    [
        per("ORDER_AMOUNT", 700, 3),
        per("ORDER_TOTAL_AMOUNT", 100, 1),
        per("ORDER_ITEMS_AMOUNT", 333, 2),
        per("ORDER_ITEMS_SUBTOTAL_AMOUNT", 100, 1),
        per("ORDER_ITEMS_QUANTITY", 2, 5),
        fixed(9),
    ]
)


def placed(lines: list[Line]) -> list[Line]:
    return [
        Line(position=at, quantity=one.quantity, amount=one.amount, subtotal=one.subtotal)
        for at, one in enumerate(lines)
    ]


@given(LINES, RULES, st.sampled_from([None, times("1.5"), times("0.3")]), st.data())
def test_returns_never_give_points_and_the_order_of_them_does_not_matter(lines, rule, mapping, data):
    lines = placed(lines)
    facts = Facts(
        amount=sum(one.amount for one in lines), total=sum(one.subtotal for one in lines), lines=lines
    )
    basis = calculate(rule, facts, mapping=mapping)
    if basis is None:
        return
    stays, units, refund = basis.result(), dict.fromkeys(range(len(lines)), 0), 0
    for _ in range(4):
        place = data.draw(st.integers(0, len(lines) - 1))
        units[place] = min(lines[place].quantity, units[place] + data.draw(st.integers(0, 3)))
        refund = sum(one.subtotal * units[one.position] // one.quantity for one in lines)
        now = kept(basis, Returned(units=dict(units), refund=refund))
        assert 0 <= now <= stays
        stays = now
    assert kept(Basis.from_json(basis.to_json()), Returned(units=units, refund=refund)) == stays


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 5000), st.integers(0, 50))
def test_splitting_an_order_never_earns_more(one, other, every, each):
    rule = per("ORDER_TOTAL_AMOUNT", every, each)

    apart = points(rule, Facts(total=one)) + points(rule, Facts(total=other))

    assert apart <= points(rule, Facts(total=one + other))
