"""The tab "Versions", and what a redemption's page says of the versions that it was decided on."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from commerce.selectors.order_shapes import OrderSpec
from core.actors import Actor, ActorKind
from promotions.models import Budget, PromotionTier, Redemption, ValidationRule, Version, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.selectors import versions as known
from promotions.services import campaigns, redemptions, tiers, validation_rules, versions, vouchers
from promotions.services.campaigns import CampaignSpec
from promotions.services.validations import DecisionSpec
from promotions.services.vouchers import VoucherSpec
from promotions.version_words import Speaker
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, amount, at_least, percent
from tests.promotions.versioned_shop import BY, Shop, opened

pytestmark = pytest.mark.django_db

SPACE = "\N{NO-BREAK SPACE}"
ANNA: dict[str, Any] = {
    "actor": Actor(kind=ActorKind.USER, id="7", label="anna@shop.example", role="ADMIN", channel="ADMIN"),
    "now": NOW + timedelta(days=1),
}


@pytest.fixture
def shop(db: None) -> Shop:
    return opened()


def shown(browser: Client, row: Any) -> str:
    """The text of its page, without tags."""
    url = reverse(f"admin:promotions_{row._meta.model_name}_change", args=[row.pk])
    text = html.unescape(re.sub("<[^>]*>", " ", browser.get(url).text))
    return re.sub(r"\s+", " ", text.replace(SPACE, " "))


def said(entity: Any) -> list[dict[str, str]]:
    """What changed, newest first."""
    found = list(known.of(entity))
    speaker = Speaker(found)
    return [
        {label: text.replace(SPACE, " ") for label, text in speaker.changes(one, before).items()}
        for one, before in zip(found, [*found[1:], None], strict=True)
    ]


def redeem(*requested: tuple[str, str]) -> Redemption:
    spec = DecisionSpec(
        redeemables=tuple(Requested(object=kind, id=id) for kind, id in requested),
        order=OrderSpec(amount=4500),
    )
    done = redemptions.redeem(spec=spec, **BY)
    return done.parent or done.redemptions[0]


def test_the_page_of_a_campaign_tells_who_changed_what_and_when(admin_page: Client, shop: Shop) -> None:
    change = CampaignSpec(values={"discount": percent(20)}, metadata={"season": "summer"})
    campaigns.update(campaign_id=shop.campaign.pk, spec=change, **ANNA)

    text = shown(admin_page, shop.campaign)

    assert "2 11 Mar 2026, 12:00 anna@shop.example in this admin" in text
    assert "Discount: 10 % off the order → 20 % off the order" in text
    assert "Metadata season: spring → summer" in text
    assert "1 10 Mar 2026, 12:00 tests by a command Go back to this version State: enabled Kind: " in text


def test_the_first_version_says_all_terms(shop: Shop) -> None:
    (first,) = said(shop.campaign)

    assert first == {
        "State": "enabled",
        "Kind": "Discount coupons",
        "Codes": "Fixed pool of codes",
        "Discount": "10 % off the order",
        "Valid": "until 19 Mar 2026",
        "Uses per code": "no limit",
        "Category": "Seasonal",
        "Conditions": "“A”, version 1",
        "Metadata season": "spring",
        "When items are returned": "What is kept keeps its discount",
    }


def test_later_ones_say_only_what_is_different(shop: Shop) -> None:
    campaign = shop.campaign
    values = {"category": None, "days_of_week": [1, 2], "voucher_redemption_quantity": 3}
    campaigns.update(campaign_id=campaign.pk, spec=CampaignSpec(values=values), **BY)
    campaigns.set_active(campaign_id=campaign.pk, is_active=False, **BY)
    validation_rules.update(rule_id=shop.rule.pk, values={"rules": at_least(5000)}, **BY)
    validation_rules.delete(rule_id=shop.rule.pk, **BY)
    campaigns.delete(campaign_id=campaign.pk, force=False, **BY)

    # What the deleted conditions were called is not known any more.
    rule_id = shop.rule.public_id
    assert said(campaign)[:-1] == [
        {"State": "disabled → deleted"},
        {"Conditions": f"“{rule_id}”, version 2 → –"},
        {"Conditions": f"“{rule_id}”, version 1 → “{rule_id}”, version 2"},
        {"State": "enabled → disabled"},
        {
            "Valid": "until 19 Mar 2026 → until 19 Mar 2026; Monday, Tuesday",
            "Uses per code": "no limit → 3",
            "Category": "Seasonal → –",
        },
    ]


def test_conditions_are_told_in_words(admin_page: Client, shop: Shop) -> None:
    change = {"rules": at_least(5000), "error": {"message": "Put more in."}}
    validation_rules.update(rule_id=shop.rule.pk, values=change, **ANNA)

    assert said(shop.rule)[0] == {
        "Conditions": "Order is worth at least 10.00 EUR after earlier discounts → "
        "Order is worth at least 50.00 EUR after earlier discounts",
        "Customers read": "– → Put more in.",
    }
    assert "Customers read: – → Put more in." in shown(admin_page, ValidationRule.objects.get(name="A"))


def test_codes_and_tiers_say_what_they_have_from_their_campaign(admin_page: Client, shop: Shop) -> None:
    plain, own = Voucher.objects.get(code="PLAIN"), Voucher.objects.get(code="OWN")
    vouchers.set_active(voucher_id=plain.pk, is_active=False, **BY)

    assert said(plain)[0] | said(own)[0] == {
        "State": "enabled",
        "Discount": "30 % off the order",
        "Valid": "as its campaign",
        "Uses": "no limit",
        "Metadata season": "spring",
    }
    assert said(plain)[0]["Discount"] == "as its campaign"
    assert "All of its terms are its campaign's" in shown(admin_page, Voucher.objects.get(code="USED"))
    assert "Discount: 3.00 EUR off the order" in shown(admin_page, shop.tier)


def test_gift_cards_and_budgets_are_told_in_their_units(shop: Shop) -> None:
    cards = CampaignFactory(
        campaign_type="GIFT_VOUCHERS", discount=None, gift={"amount": 5000, "effect": "APPLY_TO_ORDER"}
    )
    counted = Budget.objects.create(name="Uses", measure="REDEMPTIONS", limit=1200, created_at=NOW)
    for row in (cards, counted):
        versions.note(row, **BY)

    assert said(cards)[0]["Gift cards"] == "50.00 EUR, each pays the order"
    assert said(shop.budget)[0]["Limit"] == "10.00 EUR"
    assert said(shop.budget)[0]["Campaigns"] == "Codes"
    assert (said(counted)[0]["Limit"], said(counted)[0]["Limits"]) == ("1,200", "Redemptions")


def test_the_page_of_a_redemption_tells_the_terms_and_reasons_of_then(admin_page: Client, shop: Shop) -> None:
    row = redeem(("voucher", "PLAIN"), ("promotion_tier", shop.tier.public_id))
    change = CampaignSpec(values={"discount": percent(90)})
    campaigns.update(campaign_id=shop.campaign.pk, spec=change, **BY)
    validation_rules.update(rule_id=shop.rule.pk, values={"rules": at_least(999_900)}, **BY)
    tiers.delete(tier_id=shop.tier.pk, **BY)

    text = shown(admin_page, row)

    assert "Codes version 1, since 10 Mar 2026, 12:00 State: enabled" in text
    assert "Discount: 10 % off the order" in text
    assert "Deal version 1, since 10 Mar 2026, 12:00" in text
    assert "Order is worth at least 10.00 EUR after earlier discounts" in text
    assert "PLAIN applies and takes 4.50 EUR off." in text
    assert "90 % off" not in text
    assert "9,999.00" not in text


def test_a_child_names_the_versions_of_its_own(admin_page: Client, shop: Shop) -> None:
    parent = redeem(("voucher", "PLAIN"), ("promotion_tier", shop.tier.public_id))
    child = Redemption.objects.get(parent=parent, voucher__isnull=False)

    text = shown(admin_page, child)

    assert "Codes version 1" in text
    assert "Deal version 1" not in text
    assert "Deal applies" in text


def test_a_refused_attempt_has_no_decision(admin_page: Client, shop: Shop) -> None:
    with pytest.raises(NotRedeemable):
        redeem(("voucher", "NOBODY"))

    assert "Decided on" not in shown(admin_page, Redemption.objects.get())


def test_the_cost_of_the_tab_does_not_grow(
    admin_page: Client, shop: Shop, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    url = reverse("admin:promotions_promotiontier_change", args=[shop.tier.pk])
    few = count_queries(lambda: admin_page.get(url))
    for number in range(20):
        tier = PromotionTier.objects.get()
        tier.discount = amount(number)
        tier.save()
        versions.note(tier, **BY)

    assert Version.objects.filter(subject_type="promotion_tier").count() == 21
    assert count_queries(lambda: admin_page.get(url)) == few


def test_a_code_of_its_own_is_told_from_its_first_version_on(shop: Shop) -> None:
    vouchers.update(
        voucher_id=shop.alone.pk, spec=VoucherSpec(values={"starts_at": NOW, "ends_at": None}), **BY
    )

    assert said(shop.alone)[0] == {"Valid": "until 19 Mar 2026 → from 10 Mar 2026"}
