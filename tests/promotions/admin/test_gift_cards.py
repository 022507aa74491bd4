"""Gift cards in the admin: made, shown, and their balance changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from core.models import AuditEntry
from promotions.models import Campaign, CardTransaction, Redemption, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import redemptions
from promotions.services.validations import DecisionSpec
from tests.factories.gift_cards import GiftCampaignFactory, GiftCardFactory, hold
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db

CAMPAIGN = {
    "campaign_type": "GIFT_VOUCHERS",
    "type": "STATIC",
    "name": "Cards",
    "credits": "50.00",
    "gift_effect": "APPLY_TO_ORDER",
    "codes_wanted": "2",
    "pattern": "CARD-######",
    "charset": "easy",
    "voucher_redemption_quantity": "",
}
CARD = {"code": "GIFT50", "kind": "GIFT_VOUCHER", "credits": "50", "gift_effect": "APPLY_TO_ORDER"}


def page(row: Voucher | Campaign) -> str:
    return reverse(f"admin:promotions_{row._meta.model_name}_change", args=[row.pk])


def text(answer: Any) -> str:
    found: str = answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    return found


def test_the_form_makes_a_campaign_with_its_cards(admin_page: Client) -> None:
    answer = admin_page.post("/admin/promotions/campaign/add/", CAMPAIGN)

    campaign = Campaign.objects.get()
    assert answer.status_code == 302
    assert (campaign.gift, campaign.discount) == ({"amount": 5_000, "effect": "APPLY_TO_ORDER"}, None)
    assert list(campaign.vouchers.values_list("gift_balance", "redemption_quantity")) == [(5_000, None)] * 2
    assert CardTransaction.objects.count() == 2


@pytest.mark.parametrize("amount", ["", "-5", "much"])
def test_a_campaign_of_cards_needs_credits(admin_page: Client, amount: str) -> None:
    answer = admin_page.post("/admin/promotions/campaign/add/", {**CAMPAIGN, "credits": amount})

    assert answer.status_code == 200
    assert "credits" in answer.context["adminform"].form.errors
    assert not Campaign.objects.exists()


def test_the_form_makes_a_single_card(admin_page: Client) -> None:
    answer = admin_page.post("/admin/promotions/voucher/add/", {**CARD, "gift_effect": "APPLY_TO_ITEMS"})

    card = Voucher.objects.get()
    assert answer.status_code == 302
    assert (card.type, card.gift_balance, card.gift_effect) == ("GIFT_VOUCHER", 5_000, "APPLY_TO_ITEMS")


def test_a_single_card_needs_credits_unless_its_campaign_has_some(admin_page: Client) -> None:
    campaign, url = GiftCampaignFactory(), "/admin/promotions/voucher/add/"

    refused = admin_page.post(url, {**CARD, "credits": ""})
    joined = admin_page.post(url, {**CARD, "credits": "", "campaign": campaign.pk})
    own = admin_page.post(url, {**CARD, "code": "OWN", "credits": "7.5", "campaign": campaign.pk})

    assert "credits" in refused.context["adminform"].form.errors
    assert (joined.status_code, own.status_code) == (302, 302)
    assert dict(Voucher.objects.values_list("code", "gift_balance")) == {"GIFT50": 10_000, "OWN": 750}


def test_a_card_does_not_join_coupons(admin_page: Client) -> None:
    answer = admin_page.post("/admin/promotions/voucher/add/", {**CARD, "campaign": CampaignFactory().pk})

    assert "The codes of this campaign have a discount" in text(answer)
    assert not Voucher.objects.exists()


def test_a_card_is_edited_without_touching_its_balance(admin_page: Client) -> None:
    card = GiftCardFactory(gift_amount=5_000)

    answer = admin_page.post(
        page(card),
        {"gift_effect": "APPLY_TO_ITEMS", "additional_info": "For Mara", "redemption_quantity": ""},
    )

    card.refresh_from_db()
    assert answer.status_code == 302
    assert (card.gift_effect, card.additional_info, card.gift_balance) == (
        "APPLY_TO_ITEMS",
        "For Mara",
        5_000,
    )
    assert CardTransaction.objects.count() == 1


def test_the_page_shows_balance_and_ledger(
    admin_page: Client, press: Callable[..., Any], redeem: Callable[..., Any]
) -> None:
    card = GiftCardFactory(code="GIFT50", gift_amount=5_000)
    redeem(card, amount=1_250)
    hold(Voucher.objects.get(), 100, expires_at=timezone.now() + timedelta(days=1))
    press(card, "change_balance", direction="add", amount="2.00", reason="Goodwill")

    shown = text(admin_page.get(page(card)))

    assert "Gift card with 39.50 EUR left of 52.00 EUR" in shown
    for part in ("39.50 EUR", "1.00 EUR of it held by open baskets", "+2.00 EUR", "-12.50 EUR", "Goodwill"):
        assert part in shown
    for what in ("Issued", "Paid", "Added"):
        assert what in shown


def test_lists_show_balances(admin_page: Client) -> None:
    campaign = GiftCampaignFactory(name="Cards")
    GiftCardFactory(code="GIFT50", gift_amount=5_000, campaign=campaign)

    assert "Gift card with 50.00 EUR" in text(admin_page.get("/admin/promotions/voucher/"))
    assert "Gift cards of 100.00 EUR" in text(admin_page.get("/admin/promotions/campaign/"))
    assert "Part of Cards" in text(admin_page.get(page(Voucher.objects.get())))
    shown = text(admin_page.get(page(campaign)))
    assert "50.00 EUR of 50.00 EUR" in shown
    assert "Left on the cards" in shown


@pytest.mark.parametrize(
    ("direction", "amount", "left"), [("add", "12.34", 6_234), ("remove", "50", 0), ("remove", "0.01", 4_999)]
)
def test_the_balance_is_changed_with_a_reason(
    press: Callable[..., Any], direction: str, amount: str, left: int
) -> None:
    card = GiftCardFactory(gift_amount=5_000)

    answer = press(card, "change_balance", direction=direction, amount=amount, reason="Goodwill")

    assert answer["HX-Redirect"] == page(card)
    card.refresh_from_db()
    assert card.gift_balance == left
    entry = AuditEntry.objects.get(action="voucher.gift.balance_changed")
    assert (entry.actor_kind, entry.channel) == ("user", "ADMIN")
    assert entry.after == {"balance": left, "amount": left - 5_000, "reason": "Goodwill"}


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": "1", "reason": ""},
        {"amount": "", "reason": "x"},
        {"amount": "1.234", "reason": "x"},
        {"amount": "-1", "reason": "x"},
        {"amount": "50.01", "reason": "x"},
        {"amount": "0", "reason": "x"},
    ],
)
def test_a_wrong_change_changes_nothing(press: Callable[..., Any], fields: dict[str, str]) -> None:
    card = GiftCardFactory(gift_amount=5_000)

    press(card, "change_balance", direction="remove", **fields)

    card.refresh_from_db()
    assert card.gift_balance == 5_000
    assert CardTransaction.objects.count() == 1


def test_the_refusal_says_what_is_possible(press: Callable[..., Any], admin_page: Client) -> None:
    card = GiftCardFactory(gift_amount=5_000)

    press(card, "change_balance", direction="remove", amount="50.01", reason="x")

    assert "at most 50.00 EUR can be removed" in text(admin_page.get(page(card)))


def test_only_cards_have_the_button_and_only_who_may_change_codes(
    admin_page: Client, page_as: Callable[[str], Client]
) -> None:
    card, coupon = GiftCardFactory(gift_amount=5_000), VoucherFactory()

    assert "Change balance" in text(admin_page.get(page(card)))
    assert "Change balance" not in text(admin_page.get(page(coupon)))
    viewer = page_as("Viewer")
    assert "Change balance" not in text(viewer.get(page(card)))
    url = reverse("admin:promotions_voucher_change_balance", args=[card.pk])
    fields = {"_form_submitted": "on", "direction": "add", "amount": "1", "reason": "x"}
    assert viewer.post(url, fields).status_code == 403
    card.refresh_from_db()
    assert card.gift_balance == 5_000


def test_support_sees_why_a_payment_was_refused(admin_page: Client, actor: Actor, now: datetime) -> None:
    GiftCardFactory(code="GIFT50", gift_amount=5_000)
    spec = DecisionSpec(
        redeemables=(Requested(object="voucher", id="GIFT50", credits=5_001),), order=OrderSpec(amount=9_000)
    )
    with pytest.raises(NotRedeemable):
        redemptions.redeem(spec=spec, actor=actor, now=now)

    url = reverse("admin:promotions_redemption_change", args=[Redemption.objects.get().pk])
    shown = text(admin_page.get(url))

    assert "There is not enough left on the card" in shown
    assert "50.01 EUR were asked for, 50.00 EUR are available. Ask for at most 50.00 EUR" in shown
