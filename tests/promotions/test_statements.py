"""What a purchase asks of the database, statement by statement: at most 20, a validation at most 8."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from commerce.models import Customer, Product
from promotions.models import BudgetCampaign
from tests.conftest import NOW
from tests.factories.budgets import BudgetFactory
from tests.factories.promotions import CampaignFactory, RuleAssignmentFactory, ValidationRuleFactory, percent
from tests.promotions.conftest import MakeVoucher

pytestmark = pytest.mark.django_db

VALIDATION = [
    "select core_apikey",
    "select core_projectsettings promotions_category",
    "select commerce_customer",
    "select commerce_order",
    "select commerce_product",
    "select promotions_voucher promotions_campaign promotions_category",
    "select promotions_validationruleassignment promotions_budgetcampaign",
    "select promotions_counter promotions_redemption",
]
REDEMPTION = [
    "select core_apikey",
    "select core_projectsettings promotions_category",
    "select pg_advisory_xact_lock",
    "select commerce_order",
    "select commerce_product",
    "select commerce_customer",
    "select promotions_voucher promotions_campaign promotions_category",
    "select promotions_validationruleassignment promotions_budgetcampaign",
    "select promotions_counter promotions_redemption",
    "select core_metadataschema",
    "insert commerce_order",
    "insert commerce_orderitem",
    "update commerce_customer",
    "insert promotions_redemption",
    "with core_eventsequence core_auditentry core_outboxevent core_eventinterest",
    "update promotions_voucher",
    "select promotions_campaign",
    "with promotions_counter",
]
TRANSACTION = {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK"}
TABLES = re.compile(r'(?:FROM|JOIN|INTO|UPDATE)\s+"?([a-z]+_[a-z]+)"?')


@pytest.fixture
def shop(make_voucher: MakeVoucher) -> Callable[..., dict[str, Any]]:
    """`shop(code)` is a request: known articles, a known customer, rules with a limit for each customer."""
    campaign = CampaignFactory(discount=percent(10))
    rule = ValidationRuleFactory(
        rules={
            "1": {"name": "order.amount", "conditions": {"$more_than_or_equal": [1000]}},
            "2": {
                "name": "campaign.redemptions.customers_count",
                "conditions": {"$less_than_or_equal": [50]},
            },
            "logic": "1 and 2",
        }
    )
    RuleAssignmentFactory(rule=rule, campaign=campaign)
    Customer.objects.create(source_id="anna", created_at=NOW)
    for number in range(5):
        Product.objects.create(source_id=f"p{number}", price=500, created_at=NOW)

    def ask(code: str) -> dict[str, Any]:
        make_voucher(code, campaign=campaign, discount=None)
        return {
            "redeemables": [{"object": "voucher", "id": code}],
            "customer": {"source_id": "anna"},
            "order": {
                "source_id": f"order-{code}",
                "items": [{"source_id": f"p{number}", "quantity": 2} for number in range(5)],
            },
        }

    ask.campaign = campaign  # type: ignore[attr-defined]
    return ask


def statements(call: Callable[[], Any]) -> list[str]:
    """Each statement by its verb and the tables that it names first, without those of transactions."""
    with CaptureQueriesContext(connection) as captured:
        answer = call()
    assert answer.status_code == 200, answer.json()
    found = []
    for query in captured.captured_queries:
        sql = query["sql"]
        text = re.sub(r"^QUERY = ['\"]|\\n", " ", sql).strip()
        verb = text.split()[0]
        if verb in TRANSACTION:
            continue
        tables = list(dict.fromkeys(TABLES.findall(text)))
        found.append(" ".join([verb.lower(), *(tables or re.findall(r"pg_\w+_lock", text))]))
    return found


def begins(found: list[str], expected: list[str]) -> bool:
    return len(found) == len(expected) and all(
        set(wanted.split()) <= set(got.split()) for got, wanted in zip(found, expected, strict=True)
    )


def test_a_validation_takes_eight_statements(api: APIClient, shop: Callable[..., dict[str, Any]]) -> None:
    body = shop("A")
    api.get("/v1/vouchers")  # notes the use of the key, once a minute

    found = statements(lambda: api.post("/v1/validations", body))

    assert begins(found, VALIDATION), found
    assert len(found) <= 8


def test_a_purchase_takes_eighteen_statements(api: APIClient, shop: Callable[..., dict[str, Any]]) -> None:
    first, again = shop("A"), shop("B")
    api.get("/v1/vouchers")

    found = [statements(lambda body=body: api.post("/v1/redemptions", body)) for body in (first, again)]

    assert begins(found[0], REDEMPTION), "\n".join(found[0])
    assert found[0] == found[1]
    assert len(found[0]) <= 20


def test_a_budget_costs_one_statement_more(api: APIClient, shop: Callable[..., dict[str, Any]]) -> None:
    budget = BudgetFactory()
    BudgetCampaign.objects.create(budget=budget, campaign=shop.campaign)  # type: ignore[attr-defined]
    bodies = [shop("A"), shop("B")]
    api.post("/v1/redemptions", bodies[0])  # makes the budget's counter

    found = statements(lambda: api.post("/v1/redemptions", bodies[1]))

    assert [one for one in found if "promotions_budgetdraw" in one] == ["insert promotions_budgetdraw"], (
        "\n".join(found)
    )
    assert len(found) == len(REDEMPTION) + 1, "\n".join(found)
