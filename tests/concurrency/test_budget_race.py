"""Budgets that campaigns share, under every other kind of limit: never overspent, and used up exactly."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from promotions.models import Budget, Campaign, Redemption, Voucher
from promotions.models import Counter as Counted
from tests.concurrency.asking import basket
from tests.concurrency.conftest import Answer
from tests.factories.budgets import BudgetFactory, draw
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
OFF = 700
REFUSED = {"budget_exceeded", "redemption_rules_violated", "quantity_exceeded"}


def campaign(rule: str | None = None, most: int = 0) -> Campaign:
    """7.00 off; `rule` names what may come to `most`."""
    made = CampaignFactory(discount=amount(OFF))
    if rule:
        leaf = {"1": {"name": rule, "conditions": {"$less_than_or_equal": [most]}}}
        RuleAssignmentFactory(campaign=made, rule=ValidationRuleFactory(rules=leaf))
    return made


def code_of(made: Campaign, quantity: int | None = None) -> str:
    return str(VoucherFactory(campaign=made, redemption_quantity=quantity).code)


def person(name: str, email: str = "") -> dict[str, Any]:
    return {"source_id": name, "email": email or f"{name}@shop.example"}


def used(budget: Budget) -> dict[str, int]:
    rows = Counted.objects.filter(scope=Counted.Scope.BUDGET, scope_id=budget.pk)
    return dict(rows.values_list("subject", "value"))


def uses_of(made: Campaign) -> int:
    return Redemption.objects.filter(campaign=made, status=Redemption.Status.SUCCEEDED).count()


@pytest.mark.parametrize(("limit", "expected"), [(20 * OFF + 300, 20), (100 * OFF, 27)])
def test_64_callers_of_three_campaigns_under_every_kind_of_limit(
    call: Call, at_once: AtOnce, limit: int, expected: int
) -> None:
    """Without the shared budget 27 of them fit: 8 by money, 7 by the day, 10 customers, 2 by an e-mail."""
    by_money = campaign("campaign.orders.amount_discounted", 8 * OFF + 100)
    by_day = campaign("campaign.redemptions.count.daily", 7)
    by_customer = campaign("campaign.redemptions.customers_count", 1)
    shared = BudgetFactory(limit=limit)
    by_email = BudgetFactory(
        limit=2 * OFF,
        per=Budget.Per.CUSTOMER,
        customer_key=Budget.CustomerKey.EMAIL,
        policy=Budget.Policy.REFUSE,
    )
    for budget in (shared, by_email):
        draw(budget, by_money, by_day, by_customer)
    single_use = [code_of(by_money, 1) for _ in range(10)]
    daily, personal = code_of(by_day), code_of(by_customer)
    baskets = [basket(single_use[n % 10], customer=person(f"money-{n}")) for n in range(20)]
    baskets += [basket(daily, customer=person(f"day-{n}")) for n in range(16)]
    baskets += [basket(personal, customer=person(f"customer-{n % 10}")) for n in range(20)]
    baskets += [basket(personal, customer=person(f"ann-{n}", f"Ann+{n}@Shop.example")) for n in range(8)]

    answers = at_once([lambda body=body: call("POST", "/v1/redemptions", body) for body in baskets])

    assert Counter(status for status, _ in answers) == {200: expected, 400: 64 - expected}
    assert {body["key"] for status, body in answers if status == 400} <= REFUSED
    assert used(shared)[""] == expected * OFF <= limit
    assert max(used(by_email).values()) <= 2 * OFF
    uses = [uses_of(by_money), uses_of(by_day), uses_of(by_customer)]
    assert sum(uses) == expected
    assert all(got <= most for got, most in zip(uses, [8, 7, 12], strict=True))
    if expected == 27:
        assert uses == [8, 7, 12]
        assert used(by_email)["email:ann@shop.example"] == 2 * OFF
    by_person = Counter(
        Redemption.objects.filter(status="SUCCEEDED", customer__isnull=False).values_list(
            "customer", flat=True
        )
    )
    assert set(by_person.values()) == {1}
    assert by_person.total() == expected
    assert set(Voucher.objects.filter(redemption_quantity=1).values_list("redeemed_quantity", flat=True)) <= {
        0,
        1,
    }


def test_what_is_left_is_given_to_the_last_one(call: Call, at_once: AtOnce) -> None:
    """100.00 by 7.00: fourteen get all, one gets 2.00, the others nothing."""
    budget = BudgetFactory(limit=10_000, policy=Budget.Policy.GIVE_WHAT_IS_LEFT)
    campaigns = [campaign() for _ in range(3)]
    draw(budget, *campaigns)
    codes = [code_of(made) for made in campaigns]

    answers = at_once(
        [lambda code=codes[n % 3]: call("POST", "/v1/redemptions", basket(code)) for n in range(64)]
    )

    given = [wire["order"]["total_discount_amount"] for status, wire in answers if status == 200]
    assert sorted(given, reverse=True) == [OFF] * 14 + [200]
    assert {(status, wire["key"]) for status, wire in answers if status != 200} == {(400, "budget_exceeded")}
    assert used(budget) == {"": 10_000}


def test_a_budget_for_one_is_never_used_by_two_while_it_comes_back(call: Call, at_once: AtOnce) -> None:
    """Sixteen take it and give it back: between the answer and the rollback nobody else has it."""
    budget = BudgetFactory(limit=OFF)
    campaigns = [
        campaign("campaign.redemptions.count", 5),
        campaign("campaign.orders.amount_discounted", OFF),
    ]
    draw(budget, *campaigns)
    codes = [code_of(campaigns[0], 3), code_of(campaigns[1], 1)]
    inside = threading.Semaphore()

    def take_and_give_back(code: str) -> tuple[int, set[str]]:
        got, refusals = 0, set()
        for _ in range(5):
            status, wire = call("POST", "/v1/redemptions", basket(code))
            if status != 200:
                refusals.add(f"{status} {wire['key']}")
                continue
            got += 1
            assert inside.acquire(blocking=False), "two have it at once"
            assert call("POST", "/v1/validations", basket(code))[1]["valid"] is False
            inside.release()
            redemption_id = wire["redemptions"][0]["id"]
            assert call("POST", f"/v1/redemptions/{redemption_id}/rollback")[0] == 200
        return got, refusals

    results = at_once([lambda code=codes[n % 2]: take_and_give_back(code) for n in range(16)])

    assert set().union(*(refusals for _, refusals in results)) <= {f"400 {key}" for key in REFUSED}
    got = sum(number for number, _ in results)
    assert got == Redemption.objects.filter(status="ROLLED_BACK").count() >= 1
    assert used(budget) == {"": 0}
    assert call("POST", "/v1/redemptions", basket(codes[0]))[0] == 200
    assert call("POST", "/v1/redemptions", basket(codes[1]))[1]["key"] == "budget_exceeded"
