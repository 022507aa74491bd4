"""Many first contacts at once: real threads on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from commerce.models import Customer, Order
from commerce.selectors.order_shapes import OrderSpec
from commerce.services import customers, orders
from commerce.services.customer_specs import CustomerSpec
from core.actors import Actor
from core.models import AuditEntry, OutboxEvent

THREADS = 16
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(operation: Callable[[int], Any]) -> list[Any]:
    """Run `operation(0)` … `operation(15)` in as many threads, released together."""
    barrier = threading.Barrier(THREADS)

    def one(number: int) -> Any:
        try:
            barrier.wait(timeout=30)
            return operation(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def test_parallel_first_contacts_make_one_customer(actor: Actor, now: datetime) -> None:
    def contact(number: int) -> str:
        payload = {"source_id": "crm-1", "metadata": {f"key{number}": number}}
        return customers.upsert_from_payload(payload=payload, actor=actor, now=now).public_id

    ids = at_once(contact)

    customer = Customer.objects.get()
    assert set(ids) == {customer.public_id}
    assert customer.metadata == {f"key{number}": number for number in range(THREADS)}
    assert OutboxEvent.objects.filter(name="customer.created").count() == 1
    assert AuditEntry.objects.filter(action="customer.updated").count() == THREADS - 1


def test_parallel_bulk_jobs_make_each_customer_once(actor: Actor, now: datetime) -> None:
    def load(number: int) -> int:
        names = [f"c{i}" for i in range(50)]
        specs = [
            CustomerSpec(source_id=name, metadata={f"key{number}": number})
            for name in (names if number % 2 else reversed(names))
        ]
        result = customers.bulk_upsert(specs=specs, actor=actor, now=now)
        assert result.rejected == ()
        return result.created

    created = at_once(load)

    assert sum(created) == Customer.objects.count() == 50
    expected = {f"key{number}": number for number in range(THREADS)}
    assert all(customer.metadata == expected for customer in Customer.objects.all())


def test_parallel_orders_of_one_name_make_one_order(actor: Actor, now: datetime) -> None:
    def send(number: int) -> str:
        spec = OrderSpec(source_id="o-1", status="PAID", amount=100 + number, customer={"source_id": "crm-1"})
        return orders.upsert(spec=spec, actor=actor, now=now).public_id

    ids = at_once(send)

    order, customer = Order.objects.get(), Customer.objects.get()
    assert set(ids) == {order.public_id}
    assert (customer.orders_count, customer.orders_total_amount) == (1, order.total_amount)
    assert OutboxEvent.objects.filter(name="customer.order.paid").count() == 1


def test_parallel_orders_of_one_customer_add_up(actor: Actor, now: datetime) -> None:
    def send(number: int) -> None:
        spec = OrderSpec(source_id=f"o-{number}", status="PAID", amount=100, customer={"source_id": "crm-1"})
        orders.upsert(spec=spec, actor=actor, now=now)

    at_once(send)

    customer = Customer.objects.get()
    assert (customer.orders_count, customer.orders_total_amount) == (THREADS, THREADS * 100)
    assert customer.last_order_amount == 100
