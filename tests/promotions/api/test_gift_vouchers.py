"""Gift cards as vouchers: made, printed and changed over the API (contract: semantics-core 13, 15)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.models import Campaign, CardTransaction, Version, Voucher
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import ValidationRuleFactory, VoucherFactory, percent
from tests.promotions.api.catalogue import refused

pytestmark = pytest.mark.django_db

PRINTED = {"amount": 5_000, "subtracted_amount": 0, "balance": 5_000, "effect": "APPLY_TO_ORDER"}


def ledgers() -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for row in CardTransaction.objects.order_by("pk").select_related("voucher"):
        found.setdefault(row.voucher.code, []).append((row.type, row.balance))
    return found


@pytest.mark.parametrize("more", [{}, {"type": "GIFT_VOUCHER"}])
def test_makes_a_card_with_its_first_ledger_row(api: APIClient, more: dict[str, Any]) -> None:
    answer = api.post("/v1/vouchers", {"code": "GIFT50", "gift": {"amount": 5_000}, **more})

    assert answer.status_code == 200
    wire = answer.json()
    assert (wire["type"], wire["discount"], wire["gift"]) == ("GIFT_VOUCHER", None, PRINTED)
    assert wire["redemption"] == {
        "quantity": None,
        "redeemed_quantity": 0,
        "redeemed_amount": 0,
        "object": "list",
        "url": "/v1/vouchers/GIFT50/redemptions?page=1&limit=10",
    }
    assert api.get("/v1/vouchers/GIFT50").json()["gift"] == PRINTED
    assert api.get("/v1/vouchers").json()["vouchers"][0]["gift"] == PRINTED
    assert ledgers() == {"GIFT50": [("CREDITS_ISSUED", 5_000)]}


def test_a_card_has_dates_and_windows_as_any_code(api: APIClient) -> None:
    body = {"gift": {"amount": 5_000}, "expiration_date": "2027-01-01T00:00:00Z", "validity_day_of_week": [1]}

    wire = api.post("/v1/vouchers/GIFT50", body).json()

    assert (wire["expiration_date"], wire["validity_day_of_week"]) == ("2027-01-01T00:00:00.000Z", [1])


@pytest.mark.parametrize(
    ("gift", "printed"),
    [
        ({"amount": 5_000, "balance": 5_000, "effect": "APPLY_TO_ITEMS"}, {"effect": "APPLY_TO_ITEMS"}),
        ({"amount": 0}, {"amount": 0, "balance": 0}),
        ({"amount": 5_000, "subtracted_amount": 0, "colour": "red"}, {}),
        ({"amount": 10**15}, {"amount": 10**15, "balance": 10**15}),
    ],
)
def test_accepts(api: APIClient, gift: dict[str, Any], printed: dict[str, Any]) -> None:
    assert api.post("/v1/vouchers", {"gift": gift}).json()["gift"] == {**PRINTED, **printed}


@pytest.mark.parametrize(
    ("body", "key", "details"),
    [
        ({"type": "GIFT_VOUCHER"}, "invalid_voucher", "needs a discount or a gift"),
        ({"gift": {}}, "invalid_voucher", "gift.amount is needed"),
        ({"gift": {"amount": -1}}, "invalid_payload", "amount"),
        ({"gift": {"amount": 1.5}}, "invalid_payload", "amount"),
        ({"gift": {"amount": "5"}}, "invalid_payload", "amount"),
        ({"gift": {"amount": True}}, "invalid_payload", "amount"),
        ({"gift": {"amount": 5, "effect": "ELSE"}}, "invalid_payload", "APPLY_TO_ORDER, APPLY_TO_ITEMS"),
        ({"gift": {"amount": 5, "balance": 4}}, "invalid_voucher", "balance is its amount"),
        ({"gift": {"amount": 5, "subtracted_amount": 1}}, "invalid_voucher", "balance is its amount"),
        ({"gift": [5]}, "invalid_payload", "gift"),
        ({"gift": {"amount": 5}, "discount": percent(10)}, "invalid_voucher", "not both"),
        ({"gift": {"amount": 5}, "type": "DISCOUNT_VOUCHER"}, "invalid_voucher", "is a GIFT_VOUCHER, not"),
        ({"discount": percent(10), "type": "GIFT_VOUCHER"}, "invalid_voucher", "is a DISCOUNT_VOUCHER, not"),
    ],
)
def test_refuses_and_writes_nothing(api: APIClient, body: dict[str, Any], key: str, details: str) -> None:
    refused(api.post("/v1/vouchers", {"code": "GIFT50", **body}), 400, key, details)

    assert not Voucher.objects.exists()
    assert not CardTransaction.objects.exists()


def test_the_default_effect_follows_the_rule(api: APIClient) -> None:
    rule = ValidationRuleFactory(rules={}, applicable_to={"included_all": True})

    wire = api.post("/v1/vouchers", {"gift": {"amount": 5}, "validation_rules": [rule.public_id]}).json()

    assert wire["gift"]["effect"] == "APPLY_TO_ITEMS"


def campaign(api: APIClient, **more: Any) -> dict[str, Any]:
    body = {"name": "Cards", "voucher": {"type": "GIFT_VOUCHER", "gift": {"amount": 5_000}}, **more}
    answer = api.post("/v1/campaigns", body)
    assert answer.status_code == 200, answer.json()
    wire: dict[str, Any] = answer.json()
    return wire


def test_a_campaign_makes_cards_at_once(api: APIClient) -> None:
    wire = campaign(api, vouchers_count=3)

    assert (wire["campaign_type"], wire["vouchers_count"]) == ("GIFT_VOUCHERS", 3)
    assert wire["voucher"]["type"] == "GIFT_VOUCHER"
    assert wire["voucher"]["gift"] == {"amount": 5_000, "balance": 5_000, "effect": "APPLY_TO_ORDER"}
    assert "discount" not in wire["voucher"]
    cards = api.get(f"/v1/vouchers?campaign_id={wire['id']}").json()["vouchers"]
    assert [card["gift"] for card in cards] == [PRINTED] * 3
    assert list(ledgers().values()) == [[("CREDITS_ISSUED", 5_000)]] * 3


def test_the_kind_may_be_named_or_follow_from_the_gift(api: APIClient) -> None:
    named = campaign(api, name="a", campaign_type="GIFT_VOUCHERS", voucher={"gift": {"amount": 1}})
    inferred = campaign(api, name="b", voucher={"gift": {"amount": 1}})

    assert named["campaign_type"] == inferred["campaign_type"] == "GIFT_VOUCHERS"
    for query in ("campaign_type=GIFT_VOUCHERS", "filters[voucher_type][conditions][$is]=GIFT_VOUCHER"):
        assert api.get(f"/v1/campaigns?{query}").json()["total"] == 2


def test_codes_are_added_one_by_one_and_by_name(api: APIClient) -> None:
    wire = campaign(api)

    one = api.post(f"/v1/campaigns/{wire['id']}/vouchers").json()
    named = api.post(f"/v1/campaigns/{wire['id']}/vouchers/CARD-1", {"redemption": {"quantity": 2}}).json()
    joined = api.post("/v1/vouchers/CARD-2", {"campaign": "Cards", "gift": {"amount": 70}}).json()

    assert (one["gift"], named["gift"]) == (PRINTED, PRINTED)
    assert (joined["gift"]["balance"], joined["type"]) == (70, "GIFT_VOUCHER")
    assert {code: rows[0][1] for code, rows in ledgers().items()} == {
        one["code"]: 5_000,
        "CARD-1": 5_000,
        "CARD-2": 70,
    }


def test_a_campaign_with_one_generic_card(api: APIClient) -> None:
    campaign(api, type="STANDALONE", voucher={"code": "TEAM", "gift": {"amount": 9_000}})

    assert api.get("/v1/vouchers/TEAM").json()["gift"]["balance"] == 9_000
    assert ledgers() == {"TEAM": [("CREDITS_ISSUED", 9_000)]}


def test_many_cards_come_by_a_background_job(api: APIClient, now: datetime) -> None:
    wire = campaign(api, vouchers_count=450)
    assert wire["vouchers_generation_status"] == "IN_PROGRESS"

    while async_actions.advance(public_id=AsyncAction.objects.get().public_id, now=now) is not None:
        pass

    assert Campaign.objects.get().vouchers_count == 450
    assert CardTransaction.objects.filter(type="CREDITS_ISSUED", amount=5_000, balance=5_000).count() == 450
    assert Voucher.objects.filter(gift_balance=5_000).count() == 450


def test_what_does_not_fit_the_campaign_is_refused(api: APIClient) -> None:
    campaign(api)
    api.post("/v1/campaigns", {"name": "Coupons", "voucher": {"discount": percent(10)}})

    refused(
        api.post("/v1/vouchers/X", {"campaign": "Cards", "discount": percent(10)}),
        400,
        "invalid_voucher",
        "codes of this campaign are gift cards",
    )
    refused(
        api.post("/v1/vouchers/X", {"campaign": "Coupons", "gift": {"amount": 1}}),
        400,
        "invalid_voucher",
        "codes of this campaign have a discount",
    )

    assert not Voucher.objects.exists()


def test_the_campaigns_credits_do_not_change_afterwards(api: APIClient) -> None:
    wire = campaign(api, vouchers_count=1)

    changed = api.put(f"/v1/campaigns/{wire['id']}", {"gift": {"amount": 1}, "discount": percent(5)}).json()

    assert changed["voucher"]["gift"]["amount"] == 5_000
    assert Voucher.objects.get().gift_balance == 5_000


@pytest.mark.parametrize(
    ("amount", "row"),
    [(6_000, ("CREDITS_ADDITION", 6_000)), (1_000, ("CREDITS_REMOVAL", 1_000)), (5_000, None)],
)
def test_another_amount_is_a_row_of_the_ledger(
    api: APIClient, amount: int, row: tuple[str, int] | None
) -> None:
    GiftCardFactory(code="GIFT50", gift_amount=5_000)

    wire = api.put("/v1/vouchers/GIFT50", {"gift": {"amount": amount}}).json()

    assert wire["gift"] == {**PRINTED, "amount": amount, "balance": amount}
    assert ledgers()["GIFT50"][1:] == ([row] if row else [])


def test_the_amount_cannot_fall_below_what_was_spent(api: APIClient) -> None:
    card = GiftCardFactory(code="GIFT50", gift_amount=5_000)
    api.post(
        "/v1/redemptions",
        {"redeemables": [{"object": "voucher", "id": "GIFT50"}], "order": {"amount": 3_000}},
    )

    refused(
        api.put("/v1/vouchers/GIFT50", {"gift": {"amount": 2_999}, "active": False}),
        400,
        "invalid_add_balance_params",
        "at most 2000 credits can be removed",
    )

    card.refresh_from_db()
    assert (card.gift_amount, card.is_active) == (5_000, True)
    wire = api.put("/v1/vouchers/GIFT50", {"gift": {"amount": 3_000}}).json()
    assert (wire["gift"]["balance"], wire["redemption"]["redeemed_amount"]) == (0, 3_000)


def test_the_effect_changes_and_is_a_new_version(api: APIClient) -> None:
    api.post("/v1/vouchers/GIFT50", {"gift": {"amount": 5_000}})

    wire = api.put("/v1/vouchers/GIFT50", {"gift": {"effect": "APPLY_TO_ITEMS"}}).json()

    assert wire["gift"] == {**PRINTED, "effect": "APPLY_TO_ITEMS"}
    assert Version.objects.count() == 2
    refused(api.put("/v1/vouchers/GIFT50", {"gift": {"effect": "ELSE"}}), 400, "invalid_payload")


def test_the_type_stays_what_it_is(api: APIClient) -> None:
    GiftCardFactory(code="GIFT50", gift_amount=5_000)
    VoucherFactory(code="TEN")

    card = api.put("/v1/vouchers/GIFT50", {"discount": percent(10), "type": "DISCOUNT_VOUCHER"}).json()
    coupon = api.put("/v1/vouchers/TEN", {"gift": {"amount": 1}}).json()

    assert (card["type"], card["discount"], card["gift"]) == ("GIFT_VOUCHER", None, PRINTED)
    assert (coupon["type"], coupon["gift"]) == ("DISCOUNT_VOUCHER", None)
    assert not CardTransaction.objects.filter(voucher__code="TEN").exists()
