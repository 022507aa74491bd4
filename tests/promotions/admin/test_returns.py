"""Returns on the order's page, and what a campaign says about them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from commerce.models import Order
from promotions.models import Campaign, Version
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory, amount, percent
from tests.promotions.admin.test_campaigns import ADD, FORM, page
from tests.promotions.api.returning import back, buy

SPACE = "\N{NO-BREAK SPACE}"


def order_page(admin_page: Client) -> str:
    text: str = admin_page.get(reverse("admin:commerce_order_change", args=[Order.objects.get().pk])).text
    return text


def test_the_order_says_what_came_back_and_why_so_much_was_paid_back(
    admin_page: Client, api: APIClient
) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000))
    GiftCardFactory(code="GIFT", gift_amount=2_000)
    buy(api, "TEN", "GIFT")
    back(api, {"tee": 2}, reason="<b>too small</b>")

    text = order_page(admin_page)

    assert "(2 returned)" in text
    assert f"8.00{SPACE}EUR paid back" in text
    assert f'<b>8.00{SPACE}EUR</b> to <span class="fanfare-code">GIFT</span>' in text
    assert "2 of 3 units, 16.00 of 24.00 paid" in text
    assert "What is kept keeps its part of TEN: 6.00" in text
    assert "&lt;b&gt;too small&lt;/b&gt;" in text


def test_an_order_of_which_nothing_came_back_says_so(admin_page: Client, api: APIClient) -> None:
    VoucherFactory(code="TEN")
    buy(api, "TEN", order={"amount": 10_000})

    text = order_page(admin_page)

    assert "Nothing of this order came back." in text
    assert "paid back" not in text


def test_a_new_campaign_says_what_becomes_of_its_discount(admin_page: Client, db: None) -> None:
    admin_page.post(ADD, {**FORM, "return_policy": "CHARGE_BACK"})

    campaign = Campaign.objects.get()
    assert campaign.return_policy == Campaign.ReturnPolicy.CHARGE_BACK
    version = Version.objects.filter(subject_type=Version.Subject.CAMPAIGN).latest("pk")
    assert version.content["return_policy"] == "CHARGE_BACK"


def test_changing_it_makes_a_version(admin_page: Client, api: APIClient) -> None:
    admin_page.post(ADD, FORM)
    campaign = Campaign.objects.get()
    assert campaign.return_policy == Campaign.ReturnPolicy.KEEP

    admin_page.post(page(campaign), {**FORM, "return_policy": "REEVALUATE"})

    campaign.refresh_from_db()
    assert campaign.return_policy == Campaign.ReturnPolicy.REEVALUATE
    versions = Version.objects.filter(subject_type=Version.Subject.CAMPAIGN).order_by("number")
    assert [one.content["return_policy"] for one in versions] == ["KEEP", "REEVALUATE"]


def test_gift_cards_are_not_asked(admin_page: Client, db: None) -> None:
    text: str = admin_page.get(
        page(
            CampaignFactory(
                campaign_type="GIFT_VOUCHERS",
                discount=None,
                gift={"amount": 5_000, "effect": "APPLY_TO_ORDER"},
            )
        )
    ).text

    assert 'name="return_policy"' not in text


@pytest.mark.parametrize("policy", ["CHARGE_BACK", "REEVALUATE"])
def test_the_api_takes_and_shows_it(api: APIClient, policy: str) -> None:
    body: dict[str, Any] = {
        "name": "Spring",
        "campaign_type": "DISCOUNT_COUPONS",
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": percent(10)},
    }
    made = api.post("/v1/campaigns", {**body, "return_policy": policy}).json()
    assert made["return_policy"] == policy

    kept = api.put(f"/v1/campaigns/{made['id']}", {"return_policy": "KEEP"}).json()

    assert "return_policy" not in kept
    assert Campaign.objects.get().return_policy == "KEEP"
    wrong = api.put(f"/v1/campaigns/{made['id']}", {"return_policy": "SOMETIMES"})
    assert wrong.status_code == 400
