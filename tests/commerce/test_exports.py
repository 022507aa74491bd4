"""Orders and customers as CSV files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from commerce.exports import CUSTOMERS, ORDERS
from tests.conftest import counted_queries
from tests.factories.commerce import CustomerFactory, OrderFactory
from tests.integrations.exported import exported

pytestmark = pytest.mark.django_db


def test_every_field_of_an_order() -> None:
    customer = CustomerFactory()
    order = OrderFactory(
        source_id="=shop-1",
        customer=customer,
        status="PAID",
        amount=10_050,
        discount_amount=1000,
        items_discount_amount=50,
        total_discount_amount=1050,
        total_amount=9000,
        updated_at=datetime(2026, 3, 2, 10, 30, tzinfo=UTC),
        metadata={"lang": "de"},
    )

    assert exported("order", fields=[*ORDERS.fields, "metadata.lang", "metadata.none"]) == [
        {
            "id": order.public_id,
            "source_id": "'=shop-1",
            "created_at": "2026-03-01T09:00:00.000Z",
            "updated_at": "2026-03-02T10:30:00.000Z",
            "status": "PAID",
            "amount": "100.50",
            "discount_amount": "10.00",
            "items_discount_amount": "0.50",
            "total_discount_amount": "10.50",
            "total_amount": "90.00",
            "customer_id": customer.public_id,
            "referrer_id": "",
            "metadata": '{"lang":"de"}',
            "metadata.lang": "de",
            "metadata.none": "",
        }
    ]


def test_an_order_by_itself() -> None:
    order = OrderFactory(source_id="one", status="CREATED")

    assert exported("order") == [{"id": order.public_id, "source_id": "one", "status": "CREATED"}]


def test_filters_and_order_of_orders() -> None:
    for source_id, amount, lang in (("a", 500, "de"), ("b", 1500, "fr"), ("c", 2500, "de")):
        OrderFactory(
            source_id=source_id, amount=amount, total_amount=amount, status="PAID", metadata={"lang": lang}
        )
    filters = {
        "amount": {"conditions": {"$more_than": [400]}},
        "metadata.lang": {"conditions": {"$is": ["de"]}},
        "status": {"conditions": {"$in": ["PAID"]}},
    }

    rows = exported("order", fields=["source_id"], filters=filters, order="-created_at")

    assert [row["source_id"] for row in rows] == ["c", "a"]


def test_every_field_of_a_customer() -> None:
    customer = CustomerFactory(
        source_id="anna",
        name="Anna",
        email="anna@shop.example",
        phone="+48123456789",
        description="-",
        birthdate=date(1990, 5, 17),
        city="Łódź",
        state="",
        line_1="Piotrkowska 1",
        country="PL",
        postal_code="90-001",
        orders_count=3,
        orders_total_amount=10_000,
        last_order_amount=2500,
        last_order_at=datetime(2026, 3, 3, tzinfo=UTC),
        redemptions_succeeded=5,
        redemptions_failed=2,
        rollbacks_succeeded=1,
    )
    CustomerFactory(source_id=None, deleted_at=datetime(2026, 3, 1, tzinfo=UTC))

    assert exported("customer", fields=list(CUSTOMERS.fields)) == [
        {
            "name": "Anna",
            "source_id": "anna",
            "description": "'-",
            "email": "anna@shop.example",
            "phone": "'+48123456789",
            "id": customer.public_id,
            "address_city": "Łódź",
            "address_state": "",
            "address_line_1": "Piotrkowska 1",
            "address_line_2": "",
            "address_country": "PL",
            "address_postal_code": "90-001",
            "redemptions_total_redeemed": "7",
            "redemptions_total_failed": "2",
            "redemptions_total_succeeded": "5",
            "redemptions_total_rolled_back": "1",
            "redemptions_total_rollback_failed": "0",
            "redemptions_total_rollback_succeeded": "1",
            "orders_total_amount": "100.00",
            "orders_total_count": "3",
            "orders_average_amount": "33.33",
            "orders_last_order_amount": "25.00",
            "orders_last_order_date": "2026-03-03T00:00:00.000Z",
            "loyalty_points": "0",
            "loyalty_referred_customers": "0",
            "birthday": "1990-05-17",
            "birthdate": "1990-05-17",
            "created_at": "2026-03-01T09:00:00.000Z",
            "updated_at": "",
            "metadata": "{}",
        }
    ]


def test_customers_without_orders_have_an_average_of_nothing() -> None:
    CustomerFactory()

    assert exported("customer", fields=["orders_average_amount"]) == [{"orders_average_amount": "0.00"}]


@pytest.mark.parametrize(
    ("field", "conditions"),
    [
        ("summary.orders.total_amount", {"$more_than": [5000]}),
        ("summary.orders.total_count", {"$is": 2}),
        ("summary.orders.last_order_date", {"$after": "2026-03-01"}),
        ("address.city", {"$is": "Łódź"}),
        ("city", {"$starts_with": "Ł"}),
        ("birthday", {"$is": "1990-05-17"}),
        ("metadata.vip", {"$is": True}),
    ],
)
def test_filters_of_customers(field: str, conditions: Any) -> None:
    CustomerFactory(source_id="other")
    CustomerFactory(
        source_id="anna",
        city="Łódź",
        birthdate=date(1990, 5, 17),
        orders_total_amount=9000,
        orders_count=2,
        last_order_at=datetime(2026, 3, 3, tzinfo=UTC),
        metadata={"vip": True},
    )

    rows = exported("customer", fields=["source_id"], filters={field: {"conditions": conditions}})

    assert [row["source_id"] for row in rows] == ["anna"]


@pytest.mark.parametrize("order", CUSTOMERS.allowed_orders())
def test_every_order_of_customers(order: str) -> None:
    for name in ("b", "a"):
        CustomerFactory(name=name, source_id=name, email=f"{name}@shop.example")

    rows = [row["name"] for row in exported("customer", order=order)]

    # Made later, and both never changed: the younger one has the greater key.
    ages = {"id", "created_at", "updated_at"}
    oldest_first = ["b", "a"] if order.removeprefix("-") in ages else ["a", "b"]
    assert rows == (oldest_first[::-1] if order.startswith("-") else oldest_first)


@pytest.mark.parametrize("described", [ORDERS, CUSTOMERS], ids=lambda described: described.name)
def test_the_cost_does_not_grow(described: Any) -> None:
    counts = []
    for more in (2, 28):
        for customer in CustomerFactory.create_batch(more):
            OrderFactory(customer=customer)
        with counted_queries() as queries:
            rows = exported(described.name, fields=list(described.fields))
        counts.append(len(queries))

    assert len(rows) == 30
    assert counts[0] == counts[1]
