"""What each customer may use, while requests make half of the customers (INVARIANTS C4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from commerce.models import Customer
from promotions.models import Budget, Redemption
from promotions.models import Counter as Counted
from tests.concurrency.asking import basket
from tests.concurrency.conftest import Answer
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import (
    CampaignFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
)

pytestmark = pytest.mark.django_db(transaction=True)

Call = Callable[..., Answer]
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
NAMES = [f"customer-{number}" for number in range(8)]
CALLERS = 64


def uses_by_customer() -> dict[str, int]:
    rows = Redemption.objects.filter(status=Redemption.Status.SUCCEEDED)
    return dict(Counter(rows.values_list("customer__source_id", flat=True)))


@pytest.mark.parametrize(
    "rule",
    [
        "redemption.count.per_customer",
        "redemption.count.per_customer.daily",
        "campaign.redemptions.customers_count",
        "campaign.redemptions.customers_count.monthly",
    ],
)
def test_each_of_eight_customers_gets_three(call: Call, at_once: AtOnce, rule: str) -> None:
    for name in NAMES[:4]:
        CustomerFactory(source_id=name)
    campaign = CampaignFactory()
    code = VoucherFactory(campaign=campaign).code
    leaf = {"1": {"name": rule, "conditions": {"$less_than_or_equal": [3]}}}
    RuleAssignmentFactory(campaign=campaign, rule=ValidationRuleFactory(rules=leaf))

    def ask(name: str) -> Callable[[], Answer]:
        return lambda: call("POST", "/v1/redemptions", basket(code, customer={"source_id": name}))

    answers = at_once([ask(NAMES[number % 8]) for number in range(CALLERS)])

    assert Counter((status, wire.get("key")) for status, wire in answers) == {
        (200, None): 24,
        (400, "redemption_rules_violated"): CALLERS - 24,
    }
    assert uses_by_customer() == dict.fromkeys(NAMES, 3)
    assert Customer.objects.count() == 8


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (Budget.CustomerKey.EMAIL, lambda n: {"email": f"Guest+{n}@Shop.example"}),
        (Budget.CustomerKey.PHONE, lambda n: {"phone": "+48 123 456" if n % 2 else "0048 123456"}),
        (Budget.CustomerKey.METADATA, lambda n: {"metadata": {"card": "77"}}),
    ],
)
def test_a_guest_who_comes_under_many_names_has_one_budget(
    call: Call, at_once: AtOnce, key: str, told: Callable[[int], dict[str, Any]]
) -> None:
    """20.00 for each guest, 7.00 a time: two get it, and one more what is left."""
    budget = BudgetFactory(
        limit=2_000,
        per=Budget.Per.CUSTOMER,
        customer_key=key,
        field="card" if key == Budget.CustomerKey.METADATA else "",
        policy=Budget.Policy.GIVE_WHAT_IS_LEFT,
    )
    campaign = CampaignFactory(discount=amount(700))
    draw(budget, campaign)
    code = VoucherFactory(campaign=campaign).code

    def ask(number: int) -> Callable[[], Answer]:
        customer = {"source_id": f"guest-{number}", **told(number)}
        return lambda: call("POST", "/v1/redemptions", basket(code, customer=customer))

    answers = at_once([ask(number) for number in range(32)])

    given = [wire["order"]["total_discount_amount"] for status, wire in answers if status == 200]
    assert sorted(given) == [600, 700, 700]
    assert {(status, wire["key"]) for status, wire in answers if status != 200} == {(400, "budget_exceeded")}
    assert Counted.objects.get(scope=Counted.Scope.BUDGET).value == 2_000
