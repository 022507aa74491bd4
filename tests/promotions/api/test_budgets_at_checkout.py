"""Budgets at the checkout: what is refused, what is cut, what is told. Beyond the contract."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import OutboxEvent
from promotions.models import Budget, BudgetAlert, BudgetCampaign, BudgetDraw, Counter
from tests.factories.budgets import BudgetFactory
from tests.factories.promotions import CampaignFactory
from tests.promotions.conftest import MakeVoucher

pytestmark = pytest.mark.django_db

THIRTY = {"type": "AMOUNT", "amount_off": 3000, "effect": "APPLY_TO_ORDER"}


def draw_on(budget: Budget, *codes: str, make_voucher: MakeVoucher) -> None:
    """One more campaign with these codes of 30.00 draws on the budget."""
    campaign = CampaignFactory(discount=THIRTY)
    BudgetCampaign.objects.create(budget=budget, campaign=campaign)
    for code in codes:
        make_voucher(code, campaign=campaign, discount=None)


def body(code: str, **values: Any) -> dict[str, Any]:
    return {"redeemables": [{"object": "voucher", "id": code}], "order": {"amount": 10_000}, **values}


def used() -> dict[str, int]:
    return dict(Counter.objects.values_list("subject", "value"))


def test_a_pool_of_two_campaigns_refuses_what_would_cross_it(
    api: APIClient, make_voucher: MakeVoucher
) -> None:
    budget = BudgetFactory(name="Autumn", limit=8000)
    draw_on(budget, "A1", "A2", make_voucher=make_voucher)
    draw_on(budget, "B1", make_voucher=make_voucher)

    answers = [api.post("/v1/redemptions", body(code)) for code in ("A1", "B1", "A2")]

    assert [answer.status_code for answer in answers] == [200, 200, 400]
    refusal = answers[2].json()
    assert refusal["key"] == "budget_exceeded"
    assert "Autumn" in refusal["details"]
    assert used() == {"": 6000}
    assert BudgetDraw.objects.count() == 2


def test_what_is_left_is_given_and_shown(api: APIClient, make_voucher: MakeVoucher) -> None:
    budget = BudgetFactory(name="Autumn", limit=4000, policy=Budget.Policy.GIVE_WHAT_IS_LEFT)
    draw_on(budget, "A1", "A2", "A3", make_voucher=make_voucher)
    api.post("/v1/redemptions", body("A1"))

    seen = api.post("/v1/validations", body("A2")).json()
    paid = api.post("/v1/redemptions", body("A2")).json()
    after = api.post("/v1/redemptions", body("A3"))

    cut = [
        {
            "id": budget.public_id,
            "name": "Autumn",
            "measure": "DISCOUNT",
            "wanted": 3000,
            "given": 1000,
            "object": "budget",
        }
    ]
    assert seen["order"]["total_discount_amount"] == 1000
    assert seen["redeemables"][0]["result"]["budgets"] == cut
    assert paid["order"]["total_discount_amount"] == 1000
    assert paid["redemptions"][0]["budgets"] == cut
    assert after.json()["key"] == "budget_exceeded"
    assert used() == {"": 4000}


def test_each_customer_by_his_mailbox(api: APIClient, make_voucher: MakeVoucher) -> None:
    budget = BudgetFactory(limit=3000, per=Budget.Per.CUSTOMER, customer_key=Budget.CustomerKey.EMAIL)
    draw_on(budget, "A1", "A2", "A3", make_voucher=make_voucher)

    def redeem(code: str, **customer: str) -> int:
        return api.post("/v1/redemptions", body(code, customer=customer)).status_code

    assert redeem("A1", source_id="anna", email="anna@shop.example") == 200
    assert redeem("A2", source_id="guest-1", email="Anna+again@shop.example") == 400
    assert redeem("A2", source_id="ben", email="ben@shop.example") == 200
    assert api.post("/v1/redemptions", body("A3")).json()["key"] == "missing_customer"
    assert used() == {"email:anna@shop.example": 3000, "email:ben@shop.example": 3000}


def test_only_named_channels_count(api: APIClient, make_voucher: MakeVoucher) -> None:
    budget = BudgetFactory(limit=3000, channels=["pos"])
    draw_on(budget, "A1", "A2", "A3", make_voucher=make_voucher)

    statuses = [
        api.post("/v1/redemptions", body(code), headers=headers).status_code
        for code, headers in (
            ("A1", {}),
            ("A2", {"X-Voucherify-Channel": "pos"}),
            ("A3", {"X-Voucherify-Channel": "pos"}),
        )
    ]

    assert statuses == [200, 200, 400]
    assert used() == {"": 3000}


def test_each_store_has_its_own(api: APIClient, make_voucher: MakeVoucher) -> None:
    budget = BudgetFactory(limit=3000, per=Budget.Per.STORE)
    draw_on(budget, "A1", "A2", "A3", make_voucher=make_voucher)

    statuses = [
        api.post("/v1/redemptions", body(code, metadata={"store": store})).status_code
        for code, store in (("A1", "gdansk"), ("A2", "gdansk"), ("A3", "sopot"))
    ]

    assert statuses == [200, 400, 200]
    assert used() == {"store:gdansk": 3000, "store:sopot": 3000}


def test_thresholds_are_told_once(api: APIClient, make_voucher: MakeVoucher) -> None:
    budget = BudgetFactory(limit=6000)
    draw_on(budget, "A1", "A2", make_voucher=make_voucher)

    first = api.post("/v1/redemptions", body("A1")).json()["redemptions"][0]["id"]
    api.post(f"/v1/redemptions/{first}/rollback")
    api.post("/v1/redemptions", body("A2", order={"amount": 10_000}))

    assert list(BudgetAlert.objects.values_list("threshold", flat=True)) == [50]
    assert OutboxEvent.objects.filter(name="budget.threshold_reached").count() == 1
    assert used() == {"": 3000}


def test_a_rollback_gives_back_to_the_period_it_was_counted_in(
    api: APIClient, make_voucher: MakeVoucher
) -> None:
    budget = BudgetFactory(limit=6000, period=Budget.Period.DAY)
    draw_on(budget, "A1", make_voucher=make_voucher)
    redemption = api.post("/v1/redemptions", body("A1")).json()["redemptions"][0]["id"]
    counter = Counter.objects.get()

    api.post(f"/v1/redemptions/{redemption}/rollback")

    counter.refresh_from_db()
    assert counter.value == 0
    assert sorted(BudgetDraw.objects.values_list("counter", "amount")) == [
        (counter.pk, -3000),
        (counter.pk, 3000),
    ]
