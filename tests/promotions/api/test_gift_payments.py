"""Paying with gift cards: validations, redemptions, rollbacks, qualifications. Contract: 5.12."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from commerce.models import Order
from promotions.models import CardTransaction, Redemption, Voucher
from tests.factories.commerce import CustomerFactory
from tests.factories.gift_cards import GiftCampaignFactory, GiftCardFactory, hold
from tests.factories.promotions import (
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
    percent,
)
from tests.promotions.api.catalogue import refused

pytestmark = pytest.mark.django_db

ITEMS = [
    {"source_id": "mug", "quantity": 1, "price": 2_000},
    {"source_id": "poster", "quantity": 2, "price": 2_000},
    {"source_id": "shirt", "quantity": 1, "price": 3_000},
]


def redeemable(code: str, credits: int | None = None) -> dict[str, Any]:
    wire: dict[str, Any] = {"object": "voucher", "id": code}
    return wire if credits is None else {**wire, "gift": {"credits": credits}}


def body(*redeemables: dict[str, Any], order: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    wire = {"redeemables": list(redeemables), **more}
    return wire if order is None else {**wire, "order": order}


def validate(api: APIClient, *redeemables: dict[str, Any], order: dict[str, Any] | None) -> dict[str, Any]:
    answer: dict[str, Any] = api.post("/v1/validations", body(*redeemables, order=order)).json()
    return answer


def redeem(api: APIClient, *redeemables: dict[str, Any], order: dict[str, Any] | None, **more: Any) -> Any:
    return api.post("/v1/redemptions", body(*redeemables, order=order, **more))


def balance(code: str = "GIFT50") -> int | None:
    return Voucher.objects.get(code=code).gift_balance


@pytest.mark.parametrize(
    ("credits", "order_amount", "applied"),
    [
        (100, 200_000, 100),
        (None, 3_000, 3_000),
        (None, 5_000, 5_000),
        (None, 9_000, 5_000),
        (5_000, 3_000, 3_000),
        (5_000, 9_000, 5_000),
    ],
)
def test_validation_says_what_the_card_would_pay(
    api: APIClient, credits: int | None, order_amount: int, applied: int
) -> None:
    GiftCardFactory(code="GIFT50", gift_amount=5_000)

    answer = validate(api, redeemable("GIFT50", credits), order={"amount": order_amount})

    assert answer["valid"] is True
    assert answer["redeemables"][0]["result"] == {"gift": {"balance": 5_000, "credits": applied}}
    assert answer["order"]["total_discount_amount"] == applied
    assert answer["order"]["total_amount"] == order_amount - applied
    assert balance() == 5_000


def test_what_others_hold_is_told_and_cannot_be_asked_for(api: APIClient) -> None:
    card = GiftCardFactory(code="GIFT50", gift_amount=1_000)
    hold(card, 700, expires_at=timezone.now() + timedelta(days=1))

    fine = validate(api, redeemable("GIFT50", 300), order={"amount": 5_000})
    refusal = validate(api, redeemable("GIFT50", 301), order={"amount": 5_000})

    gift = {"balance": 1_000, "credits": 300, "locked_credits": 700}
    assert fine["redeemables"][0]["result"]["gift"] == gift
    error = refusal["inapplicable_redeemables"][0]["result"]["error"]
    assert error["key"] == "gift_amount_exceeded"
    assert "301 credits were asked for, 300 credits are available" in error["details"]


def test_a_payment_leaves_the_rest_on_the_card(api: APIClient) -> None:
    GiftCardFactory(code="GIFT50", gift_amount=5_000)

    answer = redeem(api, redeemable("GIFT50"), order={"source_id": "web-1", "amount": 3_000}).json()

    (used,) = answer["redemptions"]
    assert (used["amount"], used["gift"]) == (3_000, {"amount": 3_000})
    assert used["voucher"]["gift"] == {
        "amount": 5_000,
        "subtracted_amount": 0,
        "balance": 2_000,
        "effect": "APPLY_TO_ORDER",
    }
    assert used["voucher"]["redemption"]["redeemed_amount"] == 3_000
    assert used["voucher"]["discount"] is None
    assert (answer["order"]["total_discount_amount"], answer["order"]["total_amount"]) == (3_000, 0)
    assert balance() == 2_000
    row = CardTransaction.objects.latest("pk")
    assert (row.type, row.amount, row.balance) == ("CREDITS_REDEMPTION", -3_000, 2_000)
    assert row.redemption is not None
    assert row.redemption.public_id == used["id"]
    assert api.get(f"/v1/redemptions/{used['id']}").json()["amount"] == 3_000
    of_card = api.get("/v1/vouchers/GIFT50/redemption").json()
    assert (of_card["redeemed_amount"], of_card["redeemed_quantity"]) == (3_000, 1)


def test_a_payment_beyond_the_balance_changes_nothing(api: APIClient) -> None:
    GiftCardFactory(code="GIFT50", gift_amount=5_000)

    refused(
        redeem(api, redeemable("GIFT50", 5_001), order={"amount": 9_000}),
        400,
        "gift_amount_exceeded",
        "Ask for at most 5000 credits",
    )

    assert balance() == 5_000
    assert CardTransaction.objects.count() == 1
    failure = Redemption.objects.get()
    assert (failure.result, failure.failure_code, failure.credits) == (
        "FAILURE",
        "gift_amount_exceeded",
        None,
    )
    assert "5000 credits are available" in failure.failure_message


def test_without_an_order_all_that_was_asked_for_is_taken(api: APIClient) -> None:
    GiftCardFactory(code="GIFT50", gift_amount=5_000)

    refused(redeem(api, redeemable("GIFT50"), order=None), 400, "invalid_gift")
    answer = redeem(api, redeemable("GIFT50", 1_200), order=None).json()

    assert answer["redemptions"][0]["amount"] == 1_200
    assert balance() == 3_800
    assert not Order.objects.exists()


def test_the_old_form_takes_credits_too(api: APIClient) -> None:
    GiftCardFactory(code="GIFT50", gift_amount=5_000)
    wire = {"order": {"amount": 9_000}, "gift": {"credits": 700}}

    would = api.post("/v1/vouchers/GIFT50/validate", wire).json()
    done = api.post("/v1/vouchers/GIFT50/redemption", wire).json()

    assert would["gift"] == {
        "amount": 5_000,
        "subtracted_amount": 0,
        "balance": 5_000,
        "effect": "APPLY_TO_ORDER",
    }
    assert (would["order"]["total_amount"], "discount" in would) == (8_300, False)
    assert (done["amount"], done["gift"], balance()) == (700, {"amount": 700}, 4_300)


@pytest.mark.parametrize("credits", [-1, "10", 1.5, True])
def test_refuses_wrong_credits(api: APIClient, credits: Any) -> None:
    GiftCardFactory(code="GIFT50")

    refused(redeem(api, redeemable("GIFT50", credits), order={"amount": 100}), 400, "invalid_payload", "gift")

    assert not Redemption.objects.exists()


def test_credits_of_a_discount_code_are_passed_over(api: APIClient) -> None:
    VoucherFactory(code="TEN")

    answer = validate(api, redeemable("TEN", 5), order={"amount": 1_000})

    assert answer["order"]["total_discount_amount"] == 100
    assert "gift" not in answer["redeemables"][0]["result"]


def test_a_card_of_items_pays_line_by_line(api: APIClient) -> None:
    card = GiftCardFactory(code="GIFT50", gift_amount=5_000, gift_effect="APPLY_TO_ITEMS")
    rule = ValidationRuleFactory(rules={}, applicable_to={"included_all": True})
    RuleAssignmentFactory(voucher=card, rule=rule)

    answer = redeem(api, redeemable("GIFT50"), order={"items": ITEMS}).json()

    order = answer["order"]
    assert [item.get("discount_amount", 0) for item in order["items"]] == [2_000, 3_000, 0]
    assert (order["items_discount_amount"], order["total_amount"]) == (5_000, 4_000)
    assert (answer["redemptions"][0]["amount"], balance()) == (5_000, 0)


def test_a_card_pays_only_the_items_that_its_rule_names(api: APIClient) -> None:
    card = GiftCardFactory(code="GIFT50", gift_amount=5_000, gift_effect="APPLY_TO_ITEMS")
    included = [{"object": "product", "source_id": "shirt", "id": "shirt"}]
    rule = ValidationRuleFactory(rules={}, applicable_to={"included": included, "excluded": []})
    RuleAssignmentFactory(voucher=card, rule=rule)

    answer = redeem(api, redeemable("GIFT50"), order={"items": ITEMS}).json()

    assert [item.get("discount_amount", 0) for item in answer["order"]["items"]] == [0, 0, 3_000]
    assert balance() == 2_000


def test_an_empty_card_pays_nothing(api: APIClient) -> None:
    GiftCardFactory(code="EMPTY", gift_amount=0)

    answer = redeem(api, redeemable("EMPTY"), order={"amount": 100}).json()

    assert (answer["redemptions"][0]["amount"], answer["order"]["total_amount"]) == (0, 100)
    assert not CardTransaction.objects.filter(type="CREDITS_REDEMPTION").exists()


def test_a_card_may_limit_the_number_of_payments(api: APIClient) -> None:
    GiftCardFactory(code="GIFT50", redemption_quantity=1)
    redeem(api, redeemable("GIFT50", 1), order={"amount": 100})

    refused(redeem(api, redeemable("GIFT50", 1), order={"amount": 100}), 400, "quantity_exceeded")

    assert balance() == 9_999


@pytest.mark.parametrize("order", [("TEN", "GIFT50"), ("GIFT50", "TEN")])
def test_a_card_and_a_discount_add_up_to_the_cent(api: APIClient, order: tuple[str, str]) -> None:
    VoucherFactory(code="TEN", discount=percent(10))
    GiftCardFactory(code="GIFT50", gift_amount=5_000)

    answer = redeem(api, *map(redeemable, order), order={"source_id": "web-1", "amount": 3_333}).json()

    by_code = {row["voucher"]["code"]: row for row in answer["redemptions"]}
    total = answer["order"]["total_discount_amount"]
    assert total + answer["order"]["total_amount"] == 3_333
    assert by_code["GIFT50"]["amount"] == 5_000 - (balance() or 0)
    taken = {row.voucher.code: row.discount_amount for row in Redemption.objects.exclude(voucher=None)}  # type: ignore[union-attr]
    assert sum(taken.values()) == total
    assert taken["GIFT50"] == by_code["GIFT50"]["amount"]
    assert "amount" not in by_code["TEN"]
    assert answer["parent_redemption"]["order"]["total_amount"] == answer["order"]["total_amount"]


def test_two_cards_share_a_payment(api: APIClient) -> None:
    GiftCardFactory(code="A", gift_amount=1_000)
    GiftCardFactory(code="B", gift_amount=5_000)

    answer = redeem(api, redeemable("A"), redeemable("B"), order={"amount": 3_000}).json()

    assert [row["amount"] for row in answer["redemptions"]] == [1_000, 2_000]
    assert (balance("A"), balance("B"), answer["order"]["total_amount"]) == (0, 3_000, 0)


def test_if_one_fails_no_card_pays(api: APIClient) -> None:
    GiftCardFactory(code="A", gift_amount=1_000)
    GiftCardFactory(code="B", gift_amount=1_000)

    refused(
        redeem(api, redeemable("A"), redeemable("B", 1_001), order={"amount": 3_000}),
        400,
        "gift_amount_exceeded",
    )

    assert (balance("A"), balance("B")) == (1_000, 1_000)


def test_a_rollback_gives_the_credits_back(api: APIClient) -> None:
    GiftCardFactory(code="GIFT50", gift_amount=5_000)
    used = redeem(api, redeemable("GIFT50"), order={"amount": 3_000}).json()["redemptions"][0]

    answer = api.post(f"/v1/redemptions/{used['id']}/rollback", {"reason": "Returned"}).json()

    assert (answer["amount"], answer["gift"]) == (-3_000, {"amount": -3_000})
    assert answer["voucher"]["gift"]["balance"] == 5_000
    assert answer["order"]["status"] == "CANCELED"
    row = CardTransaction.objects.latest("pk")
    assert (row.type, row.amount, row.balance, row.reason) == ("CREDITS_REFUND", 3_000, 5_000, "Returned")
    refused(api.post(f"/v1/redemptions/{used['id']}/rollback"), 400, "already_rolled_back")
    assert balance() == 5_000


def test_a_rollback_of_several_gives_each_card_its_own(api: APIClient) -> None:
    GiftCardFactory(code="A", gift_amount=1_000)
    GiftCardFactory(code="B", gift_amount=5_000)
    VoucherFactory(code="OFF", discount=amount(500))
    done = redeem(api, redeemable("OFF"), redeemable("A"), redeemable("B"), order={"amount": 3_000}).json()

    answer = api.post(f"/v1/redemptions/{done['parent_redemption']['id']}/rollbacks").json()

    assert [row.get("amount") for row in answer["rollbacks"]] == [None, -1_000, -1_500]
    assert (balance("A"), balance("B")) == (1_000, 5_000)
    assert "amount" not in answer["parent_rollback"]


def test_an_expired_card_pays_nothing_but_takes_credits_back(api: APIClient) -> None:
    card = GiftCardFactory(code="GIFT50", gift_amount=5_000)
    used = redeem(api, redeemable("GIFT50"), order={"amount": 3_000}).json()["redemptions"][0]
    Voucher.objects.filter(pk=card.pk).update(ends_at="2026-01-01T00:00Z")

    refused(redeem(api, redeemable("GIFT50"), order={"amount": 3_000}), 400, "voucher_expired")
    assert api.post(f"/v1/redemptions/{used['id']}/rollback").status_code == 200

    assert balance() == 5_000


def qualified(api: APIClient, scenario: str = "ALL", **more: Any) -> list[dict[str, Any]]:
    wire = {"scenario": scenario, "order": {"amount": 3_000}, **more}
    data: list[dict[str, Any]] = api.post("/v1/qualifications", wire).json()["redeemables"]["data"]
    return data


def test_a_card_is_offered_to_its_holder_alone(api: APIClient) -> None:
    holder = CustomerFactory(source_id="anna")
    mine = GiftCardFactory(code="MINE", gift_amount=5_000, holder=holder)
    hold(mine, 100, expires_at=timezone.now() + timedelta(days=1), key="living")
    hold(mine, 50, expires_at=timezone.now() - timedelta(days=1), key="ended")
    GiftCardFactory(code="FREE")
    VoucherFactory(code="TEN")

    assert [hit["id"] for hit in qualified(api)] == ["TEN"]
    hits = {hit["id"]: hit for hit in qualified(api, customer={"source_id": "anna"})}
    assert set(hits) == {"TEN", "MINE"}
    assert hits["MINE"]["result"] == {"gift": {"balance": 5_000, "credits": 3_000, "locked_credits": 100}}
    assert hits["MINE"]["order"]["total_discount_amount"] == 3_000


def test_a_campaign_of_cards_stands_for_a_new_card(api: APIClient) -> None:
    campaign = GiftCampaignFactory()

    (hit,) = qualified(api, "AUDIENCE_ONLY")

    assert (hit["id"], hit["object"]) == (campaign.public_id, "campaign")
    assert hit["result"] == {"gift": {"balance": 10_000, "credits": 3_000}}


def test_a_rule_limits_the_credits_of_a_campaign(api: APIClient) -> None:
    campaign = GiftCampaignFactory()
    rules = {
        "1": {"name": "redemption.gift.amount", "conditions": {"$less_than_or_equal": [1_000]}},
        "logic": "1",
    }
    RuleAssignmentFactory(campaign=campaign, rule=ValidationRuleFactory(rules=rules))
    for code in ("A", "B"):
        GiftCardFactory(code=code, campaign=campaign)
    first = redeem(api, redeemable("A", 700), order={"amount": 5_000}).json()["redemptions"][0]

    refused(
        redeem(api, redeemable("B", 301), order={"amount": 5_000}), 400, "redemption_rules_violated", "Gift"
    )
    assert redeem(api, redeemable("B", 300), order={"amount": 5_000}).status_code == 200
    refused(redeem(api, redeemable("A", 1), order={"amount": 5_000}), 400, "redemption_rules_violated")
    api.post(f"/v1/redemptions/{first['id']}/rollback")
    assert redeem(api, redeemable("A", 700), order={"amount": 5_000}).status_code == 200
    assert (balance("A"), balance("B")) == (9_300, 9_700)


def test_a_rule_limits_credits_without_an_order_too(api: APIClient) -> None:
    campaign = GiftCampaignFactory()
    rules = {
        "1": {"name": "redemption.gift.amount", "conditions": {"$less_than_or_equal": [1_000]}},
        "logic": "1",
    }
    RuleAssignmentFactory(campaign=campaign, rule=ValidationRuleFactory(rules=rules))
    GiftCardFactory(code="A", campaign=campaign)

    assert redeem(api, redeemable("A", 1_000), order=None).status_code == 200
    refused(redeem(api, redeemable("A", 1), order=None), 400, "redemption_rules_violated")

    assert balance("A") == 9_000
