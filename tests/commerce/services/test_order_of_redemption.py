"""An order as a redemption stores it, continues it and takes its discount back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from commerce.models import Customer, Order, OrderItem
from commerce.selectors.order_shapes import ItemSpec, OrderSpec
from commerce.selectors.orders import resolve, stored_wire
from commerce.services import orders
from commerce.services.order_lines import Taken, TakenLine
from core.actors import Actor
from core.errors import NotFound
from core.journal import Journal
from engine.basket import OrderState, open_order, since
from engine.draft import Draft
from tests.factories.commerce import CustomerFactory, OrderFactory, OrderItemFactory, ProductFactory

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a discount takes off: the order, and its lines one by one."""

    order_discount: int = 0
    line_discounts: tuple[int, ...] = ()

    def on(self, order: OrderState) -> OrderState:
        draft = Draft(order)
        for place, discount in enumerate(self.line_discounts):
            draft.take_line(place, discount)
        draft.take_order(self.order_discount)
        state = draft.close()
        assert state is not None
        return state


def redeem(
    spec: OrderSpec,
    change: Change,
    actor: Actor,
    now: datetime,
    *,
    name: str,
    customer: Customer | None = None,
) -> Order:
    orders.lock_named(spec=spec)
    resolved = resolve(spec)
    opening = open_order(resolved.basket())
    state = since(opening, change.on(opening))
    journal = Journal()
    order = orders.store(
        resolved=resolved,
        state=state,
        customer=customer,
        redemptions={name: {"n": 1}},
        redeemed=1,
        journal=journal,
        actor=actor,
        now=now,
    )
    journal.write(actor, now)
    return order


def test_a_new_order_is_stored_as_paid(actor: Actor, now: datetime, told: Any) -> None:
    ProductFactory(source_id="mug", price=500)
    customer = CustomerFactory()
    spec = OrderSpec(
        source_id="o-1", items=(ItemSpec(source_id="mug", quantity=2), ItemSpec(source_id="tea", price=100))
    )

    order = redeem(
        spec, Change(order_discount=50, line_discounts=(200, 0)), actor, now, name="r_1", customer=customer
    )

    wire = stored_wire(order)
    assert (wire["status"], wire["customer_id"], wire["redemptions"]) == (
        "PAID",
        customer.public_id,
        {"r_1": {"n": 1}},
    )
    assert wire["amount"] == 1100
    assert (wire["discount_amount"], wire["items_discount_amount"], wire["total_discount_amount"]) == (
        50,
        200,
        250,
    )
    assert wire["total_applied_discount_amount"] == 250
    assert wire["total_amount"] == 850
    assert wire["items"][0]["applied_discount_amount"] == 200
    assert wire["items"][0]["subtotal_amount"] == 800
    customer.refresh_from_db()
    assert (customer.orders_count, customer.orders_total_amount) == (1, 850)
    assert told() == ["customer.order.created", "customer.order.paid"]


def test_an_order_that_is_continued_keeps_its_discounts(actor: Actor, now: datetime, told: Any) -> None:
    redeem(OrderSpec(source_id="o-1", amount=1000), Change(order_discount=300), actor, now, name="r_1")

    order = redeem(OrderSpec(source_id="o-1"), Change(order_discount=900), actor, now, name="r_2")

    assert (order.amount, order.total_discount_amount, order.total_amount) == (1000, 1000, 0)
    assert order.total_applied_discount_amount == 700
    assert set(order.redemptions) == {"r_1", "r_2"}
    assert told().count("customer.order.paid") == 1


@pytest.mark.parametrize("items", [None, (ItemSpec(source_id="mug", quantity=3),)])
def test_line_discounts_survive_whether_lines_are_sent_again_or_not(
    actor: Actor, now: datetime, items: Any
) -> None:
    ProductFactory(source_id="mug", price=500)
    first = OrderSpec(source_id="o-1", items=(ItemSpec(source_id="mug", quantity=2),))
    redeem(first, Change(line_discounts=(100,)), actor, now, name="r_1")

    order = redeem(
        OrderSpec(source_id="o-1", items=items), Change(line_discounts=(50,)), actor, now, name="r_2"
    )

    line = OrderItem.objects.get()
    assert (line.discount_amount, line.applied) == (150, {"applied_discount_amount": 50})
    assert order.items_discount_amount == 150
    assert order.amount == (1500 if items else 1000)


def test_totals_in_a_request_are_ignored() -> None:
    items = (ItemSpec(source_id="x", price=100, discount_amount=90),)

    resolved = resolve(OrderSpec(items=items, discount_amount=50))

    assert (resolved.discount_amount, resolved.lines[0].discount_amount) == (0, 0)


def test_an_unknown_id_is_refused_and_an_unknown_name_is_new() -> None:
    with pytest.raises(NotFound):
        resolve(OrderSpec(id="ord_none"))

    assert resolve(OrderSpec(source_id="new", amount=5)).order is None


@pytest.mark.parametrize(
    ("taken", "expected"),
    [(100, (200, 300, 500)), (400, (0, 200, 200)), (600, (0, 0, 0)), (9999, (0, 0, 0))],
)
def test_taking_a_discount_back(
    actor: Actor, now: datetime, taken: int, expected: tuple[int, int, int]
) -> None:
    order = OrderFactory(
        amount=2000,
        discount_amount=300,
        items_discount_amount=300,
        total_discount_amount=600,
        total_amount=1400,
        status="PAID",
        redemptions={"r_1": {"date": "x"}},
    )
    OrderItemFactory(order=order, position=0, discount_amount=200)
    OrderItemFactory(order=order, position=1, discount_amount=100)

    result = orders.take_off_discount(
        order_id=order.pk,
        taken=Taken(total=taken),
        cancel=False,
        rollback={"redemption_id": "r_1", "rollback_date": "y"},
        actor=actor,
        now=now,
    )

    lines = sum(OrderItem.objects.values_list("discount_amount", flat=True))
    assert (result.discount_amount, result.items_discount_amount, result.total_discount_amount) == expected
    assert lines == result.items_discount_amount
    assert result.total_amount == 2000 - result.total_discount_amount
    assert result.redemptions == {"r_1": {"date": "x", "rollback_date": "y"}}
    assert result.status == "PAID"


def test_units_that_a_redemption_added_leave_with_it(actor: Actor, now: datetime) -> None:
    order = OrderFactory(
        amount=6000,
        items_discount_amount=3500,
        total_discount_amount=3500,
        total_amount=2500,
        status="PAID",
        redemptions={"r_1": {}},
    )
    # One of three units of the first line, and the whole second line, were added and made free.
    kept = OrderItemFactory(
        order=order, position=0, price=1000, quantity=3, initial_quantity=2, amount=3000,
        discount_amount=1500, discount_quantity=1,
    )  # fmt: skip
    added = OrderItemFactory(
        order=order, position=1, price=2000, quantity=1, initial_quantity=0, amount=2000,
        discount_amount=2000, discount_quantity=1,
    )  # fmt: skip
    OrderItemFactory(order=order, position=2, price=1000, amount=1000)

    result = orders.take_off_discount(
        order_id=order.pk,
        taken=Taken(
            total=3000,
            lines=(
                TakenLine(position=0, discount=1000, free_units=1, units=1, amount=1000),
                TakenLine(position=1, discount=2000, free_units=1, units=1, amount=2000),
            ),
        ),
        cancel=False,
        rollback={"redemption_id": "r_1"},
        actor=actor,
        now=now,
    )

    kept.refresh_from_db()
    assert (kept.quantity, kept.amount, kept.discount_amount, kept.discount_quantity) == (2, 2000, 500, 0)
    assert not OrderItem.objects.filter(pk=added.pk).exists()
    # What the other redemption gave, 500, stays.
    assert (result.amount, result.total_discount_amount, result.total_amount) == (3000, 500, 2500)


def test_the_last_redemption_cancels_the_order(actor: Actor, now: datetime, told: Any) -> None:
    customer = CustomerFactory()
    order = redeem(
        OrderSpec(amount=1000), Change(order_discount=300), actor, now, name="r_1", customer=customer
    )

    orders.take_off_discount(
        order_id=order.pk,
        taken=Taken(total=300),
        cancel=True,
        rollback={"redemption_id": "r_1"},
        actor=actor,
        now=now,
    )

    order.refresh_from_db()
    customer.refresh_from_db()
    assert (order.status, order.total_amount, order.canceled_at) == ("CANCELED", 1000, now)
    assert customer.orders_count == 0
    assert told()[-1] == "customer.order.canceled"


def test_resolving_costs_the_same_for_any_number_of_lines(count_queries: Any) -> None:
    products = ProductFactory.create_batch(30)
    items = tuple(ItemSpec(source_id=product.source_id) for product in products)

    few = count_queries(lambda: resolve(OrderSpec(source_id="o", items=items[:2])))

    assert count_queries(lambda: resolve(OrderSpec(source_id="o", items=items))) == few == 2
