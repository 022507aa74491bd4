"""Blocking customers: only these services set and lift it, and nothing else told about them does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from commerce.models import Customer
from commerce.services import blocking, erasures
from core.actors import Actor
from core.errors import InvalidPayload, NotFound
from core.models import AuditEntry, OutboxEvent
from tests.factories.commerce import CustomerFactory

pytestmark = pytest.mark.django_db


def audited() -> list[tuple[str, Any]]:
    rows = AuditEntry.objects.filter(entity_type="customer").order_by("pk")
    return list(rows.values_list("action", "after"))


@pytest.fixture
def customer(actor: Actor, now: datetime) -> Customer:
    found = CustomerFactory(source_id="rita", name="Rita")
    return blocking.block(customer_id=found.pk, reason="Two accounts of Rita", actor=actor, now=now)


def test_blocking_is_written_down_without_its_reason(customer: Customer, now: datetime) -> None:
    customer.refresh_from_db()

    assert (customer.blocked_at, customer.blocked_reason) == (now, "Two accounts of Rita")
    assert audited() == [("customer.blocked", None)]
    (event,) = OutboxEvent.objects.all()
    assert (event.name, event.payload) == (
        "customer.blocked",
        {"customer_id": customer.public_id, "source_id": "rita"},
    )


def test_the_first_block_stays(customer: Customer, actor: Actor, now: datetime) -> None:
    later = now + timedelta(days=1)

    blocking.block(customer_id=customer.pk, reason="Another", actor=actor, now=later)

    customer.refresh_from_db()
    assert (customer.blocked_at, customer.blocked_reason) == (now, "Two accounts of Rita")
    assert len(audited()) == 1


def test_unblocking_leaves_nothing(customer: Customer, actor: Actor, now: datetime) -> None:
    blocking.unblock(customer_id=customer.pk, actor=actor, now=now)
    blocking.unblock(customer_id=customer.pk, actor=actor, now=now)

    customer.refresh_from_db()
    assert (customer.blocked_at, customer.blocked_reason) == (None, "")
    assert [name for name, _ in audited()] == ["customer.blocked", "customer.unblocked"]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001])
def test_a_reason_is_needed(reason: str, actor: Actor, now: datetime) -> None:
    customer = CustomerFactory()

    with pytest.raises(InvalidPayload):
        blocking.block(customer_id=customer.pk, reason=reason, actor=actor, now=now)

    customer.refresh_from_db()
    assert customer.blocked_at is None


def test_who_was_deleted_cannot_be_blocked(actor: Actor, now: datetime) -> None:
    customer = CustomerFactory(source_id=None, deleted_at=now)

    with pytest.raises(NotFound):
        blocking.block(customer_id=customer.pk, reason="Bot", actor=actor, now=now)


def test_the_database_knows_no_reason_without_a_block(customer: Customer) -> None:
    with pytest.raises(IntegrityError, match="commerce_customer_blocked_for_a_reason"), transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(blocked_at=None)


def test_erasing_keeps_the_block_and_empties_why(customer: Customer, actor: Actor, now: datetime) -> None:
    erasures.erase(customer_id=customer.pk, actor=actor, now=now)

    customer.refresh_from_db()
    assert (customer.blocked_at, customer.blocked_reason, customer.name) == (now, "", "")


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("post", "/v1/customers", {"source_id": "rita", "name": "R.", "blocked_at": None}),
        ("put", "/v1/customers/rita", {"name": "R.", "blocked_at": None, "blocked_reason": ""}),
        ("post", "/v1/customers/bulk/async", [{"source_id": "rita", "name": "R.", "blocked_at": None}]),
    ],
)
def test_what_the_shop_tells_does_not_lift_it(
    customer: Customer, api: APIClient, now: datetime, method: str, url: str, body: Any
) -> None:
    answer = getattr(api, method)(url, body, format="json")
    assert answer.status_code in (200, 202), answer.content

    customer.refresh_from_db()
    assert (customer.blocked_at, customer.blocked_reason) == (now, "Two accounts of Rita")


def test_the_api_says_so_only_of_who_is(customer: Customer, api: APIClient) -> None:
    CustomerFactory(source_id="paul")

    rita, paul = (api.get(f"/v1/customers/{name}").json() for name in ("rita", "paul"))

    assert rita["blocked_at"] == "2026-03-10T12:00:00.000Z"
    assert "blocked_at" not in paul
    assert "blocked_reason" not in rita
    listed = api.get("/v1/customers").json()["customers"]
    assert {one["source_id"]: one.get("blocked_at") for one in listed} == {
        "rita": "2026-03-10T12:00:00.000Z",
        "paul": None,
    }
