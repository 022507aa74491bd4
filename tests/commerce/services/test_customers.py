"""What other apps ask of customers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from commerce.models import Customer
from commerce.services import customers
from core.actors import Actor
from tests.factories.commerce import CREATED_AT, CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"source_id": "crm-1"}, True),
        ({"source_id": "other"}, False),
        ({"id": "cust_none", "source_id": "crm-1"}, True),
        ({"id": "cust_none"}, False),
        ({"source_id": "old"}, False),
        ({"email": "a@shop.example"}, False),
        ({}, False),
    ],
)
def test_finding_never_creates(payload: dict[str, Any], expected: bool) -> None:
    known = CustomerFactory(source_id="crm-1", email="a@shop.example")
    CustomerFactory(source_id=None, former_source_id="old", deleted_at=CREATED_AT)

    found = customers.find_for_payload(payload=payload)

    assert found == (known if expected else None)
    assert Customer.objects.count() == 2


def test_a_payload_with_an_unknown_id_goes_by_its_source_id(actor: Actor, now: datetime) -> None:
    known = CustomerFactory(source_id="crm-1")

    same = customers.upsert_from_payload(
        payload={"id": "cust_none", "source_id": "crm-1"}, actor=actor, now=now
    )
    fresh = customers.upsert_from_payload(payload={"id": "cust_none"}, actor=actor, now=now)

    assert same == known
    assert fresh.source_id is None
    assert fresh.public_id != "cust_none"


def test_a_payload_without_news_writes_nothing(actor: Actor, now: datetime, count_queries: Any) -> None:
    known = CustomerFactory(source_id="crm-1", name="Ann", metadata={"a": 1})
    payload = {"source_id": "crm-1", "name": "Ann", "metadata": {"a": 1}}

    # Two of them are the transaction's savepoint.
    assert count_queries(lambda: customers.upsert_from_payload(payload=payload, actor=actor, now=now)) == 3
    known.refresh_from_db()
    assert known.updated_at is None


def test_redemptions_are_counted(actor: Actor, now: datetime) -> None:
    known = CustomerFactory()

    customers.count_redemptions(customer_id=known.pk, succeeded=3)
    customers.count_redemptions(customer_id=known.pk, failed=1, rolled_back=2, rollbacks_failed=1)

    known.refresh_from_db()
    assert (known.redemptions_succeeded, known.redemptions_failed) == (3, 1)
    assert (known.rollbacks_succeeded, known.rollbacks_failed) == (2, 1)
