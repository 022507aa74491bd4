"""An erased customer's mailbox is in no name of a counter; what was used stays used."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from commerce.services import erasures
from core.actors import Actor
from promotions.models import Budget, BudgetAlert, Counter
from promotions.selectors import reconcile
from tests.conftest import NOW
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.promotions import CampaignFactory, VoucherFactory, amount

pytestmark = pytest.mark.django_db

ANNA = {
    "source_id": "anna",
    "email": "Anna@Shop.example",
    "phone": "+48 600 100 200",
    "metadata": {"card": "K-7"},
}
KEYS: list[tuple[dict[str, Any], str]] = [
    ({"customer_key": Budget.CustomerKey.EMAIL}, "anna@"),
    ({"customer_key": Budget.CustomerKey.PHONE}, "600100200"),
    ({"customer_key": Budget.CustomerKey.METADATA, "field": "card"}, "K-7"),
]


@pytest.mark.parametrize(("key", "secret"), KEYS)
def test_counters_and_alerts_name_nobody_any_more(api: APIClient, key: dict[str, Any], secret: str) -> None:
    budget = BudgetFactory(limit=1000, per=Budget.Per.CUSTOMER, thresholds=[50], **key)
    campaign = CampaignFactory(discount=amount(700))
    draw(budget, campaign)
    for _ in range(2):
        code = VoucherFactory(campaign=campaign).code
        body = {
            "redeemables": [{"object": "voucher", "id": code}],
            "customer": ANNA,
            "order": {"amount": 5000},
        }
        assert api.post("/v1/redemptions", body).status_code in {200, 400}
    assert [secret in row.subject for row in _rows()] == [True, True]
    anna = Customer.objects.get(source_id="anna")

    erasures.erase(customer_id=anna.pk, actor=Actor.system("tests"), now=NOW)

    assert [secret in row.subject for row in _rows()] == [False, False]
    assert all(anna.public_id in row.subject for row in _rows())
    assert Counter.objects.get(scope="budget").value == 700
    checks = set(reconcile.names()) - {"versions"}  # factories note none
    assert list(reconcile.differences(now=NOW, only=checks)) == []


def _rows() -> list[Any]:
    return [*Counter.objects.filter(scope="budget"), *BudgetAlert.objects.all()]
