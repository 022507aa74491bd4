"""Mara makes "buy 2 get 1 in Coffee for VIPs in Poland, weekends only, at most 5,000.00" in steps alone.

A shop redeems it: exact amounts, and a refusal for each of its conditions.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect
from rest_framework.test import APIClient

from commerce.models import ProductCollection
from core.actors import Role
from core.models import Area
from promotions.models import Budget, Campaign, CampaignSetup, PromotionTier, Redemption
from tests.factories.areas import area, client_of, store
from tests.factories.commerce import (
    CustomerFactory,
    ProductCollectionFactory,
    ProductFactory,
    SegmentFactory,
    SegmentMembershipFactory,
)
from tests.journeys.conftest import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WARSAW = ZoneInfo("Europe/Warsaw")
SATURDAY = datetime(2026, 12, 5, 11, tzinfo=WARSAW)
TUESDAY = datetime(2026, 12, 8, 11, tzinfo=WARSAW)


@pytest.fixture
def shop(db: None) -> dict[str, Any]:
    poland = area("Poland", zone="Europe/Warsaw")
    vip = SegmentFactory(name="VIP")
    ala = CustomerFactory(source_id="ala")
    SegmentMembershipFactory(segment=vip, customer=ala)
    CustomerFactory(source_id="bob")
    espresso = ProductFactory(name="Espresso", source_id="espresso", price=3000)
    filtered = ProductFactory(name="Filter coffee", source_id="filter", price=2000)
    ProductFactory(name="Mug", source_id="mug", price=900)
    ProductCollectionFactory(name="Coffee", products=[espresso, filtered])
    return {"poland": poland, "warsaw": store(poland, "warsaw"), "berlin": store(area("Germany"), "berlin")}


def pick(tab: Page, field: str, name: str) -> None:
    text = tab.locator(f"#id_{field}")
    text.press_sequentially(name[:4], delay=20)
    tab.get_by_role("option", name=re.compile(name)).first.click()
    expect(chips(tab, field)).to_contain_text(name)


def chips(tab: Page, field: str) -> Locator:
    return tab.locator(f"[data-many][data-name={field}] [data-chips]")


def onwards(tab: Page, asks: str) -> None:
    tab.locator(".wiz-foot").get_by_role("button", name="Save and continue").click()
    expect(tab.get_by_role("heading", name=asks)).to_be_visible()


def make_it(tab: Page) -> None:
    """Through the wizard only, from the list of campaigns to its launch."""
    tab.goto("/admin/promotions/campaign/")
    tab.get_by_role("link", name="New campaign in steps").click()
    tab.get_by_role("link", name="Begin", exact=True).click()
    tab.fill("#id_name", "Coffee weekends")
    tab.get_by_text("Automatic promotion").click()
    onwards(tab, "What do customers get?")

    tab.select_option("#id_discount_type", label="Buy some, get one")
    expect(tab.locator("#id_percent_off")).to_be_hidden()
    tab.fill("#id_buy", "2")
    onwards(tab, "Who gets it?")

    tab.get_by_text("Customers in segments").click()
    pick(tab, "segments", "VIP")
    onwards(tab, "What has to be in the basket?")
    onwards(tab, "Which products is it for?")

    pick(tab, "included", "Coffee")
    onwards(tab, "When does it run?")

    tab.get_by_label("Saturday").check()
    tab.get_by_label("Sunday").check()
    onwards(tab, "Where does it apply?")

    tab.locator("#id_places").select_option(label="Poland (the area)", force=True)
    onwards(tab, "How much, and how often?")

    tab.fill("#id_budget_limit", "5000.00")
    onwards(tab, "What is said about it?")

    tab.fill("#id_banner", "Buy two coffees, get one free")
    onwards(tab, "Is everything right?")
    expect(tab.locator(".wiz-promise")).to_contain_text("VIP")
    expect(tab.locator(".wiz-promise")).to_contain_text("Coffee")
    expect(tab.locator(".wiz-promise")).to_contain_text("5,000.00")
    expect(tab.get_by_text("Nobody else has to be asked.")).to_be_visible()
    tab.get_by_role("button", name="Launch now").click()
    expect(tab.get_by_text("Coffee weekends is launched.")).to_be_visible()


def redeem(
    api: APIClient, tier: str, *, at: datetime, customer: str = "ala", filtered: int = 1, espresso: int = 2
) -> dict[str, Any]:
    lines = (("espresso", espresso, 3000), ("filter", filtered, 2000), ("mug", 5, 900))
    body = {
        "redeemables": [{"object": "promotion_tier", "id": tier}],
        "customer": {"source_id": customer},
        "order": {
            "items": [
                {"source_id": name, "quantity": units, "price": price, "related_object": "product"}
                for name, units, price in lines
                if units
            ]
        },
    }
    with time_machine.travel(at, tick=False):
        answer = api.post("/v1/redemptions", body, format="json")
    found: dict[str, Any] = answer.json()
    return {**found, "status": answer.status_code}


def refused(answer: dict[str, Any]) -> str:
    assert answer["status"] == 400, answer
    return str(answer["key"])


def test_a_promotion_made_in_steps_is_redeemed_exactly(
    tab: Page, marketer: User, shop: dict[str, Any]
) -> None:
    sign_in(tab, at="/admin/promotions/campaign/")
    make_it(tab)

    campaign, tier = Campaign.objects.get(), PromotionTier.objects.get()
    budget = Budget.objects.get()
    assert (campaign.lifecycle, campaign.days_of_week, campaign.starts_at) == ("LIVE", [0, 6], None)
    assert campaign.places == [f"area:{Area.objects.get(name='Poland').public_id}"]
    assert tier.banner == "Buy two coffees, get one free"
    assert (budget.limit, budget.policy, list(budget.campaigns.all())) == (500_000, "REFUSE", [campaign])
    assert not CampaignSetup.objects.exists()
    assert ProductCollection.objects.filter(name="Coffee").exists()

    in_warsaw = client_of({"store": shop["warsaw"]}, role=Role.ADMIN)
    in_berlin = client_of({"store": shop["berlin"]}, role=Role.ADMIN)
    id = tier.public_id

    # Two espressos and a filter coffee: the cheapest of the three is free, the mugs are not.
    granted = redeem(in_warsaw, id, at=SATURDAY)
    assert granted["status"] == 200, granted
    assert granted["order"]["total_discount_amount"] == 2000
    assert granted["order"]["total_amount"] == 2 * 3000 + 5 * 900

    assert refused(redeem(in_warsaw, id, at=SATURDAY, customer="bob")) == "customer_rules_violated"
    assert refused(redeem(in_warsaw, id, at=TUESDAY)) == "promotion_not_active_now"
    assert refused(redeem(in_berlin, id, at=SATURDAY)) == "outside_areas"
    assert refused(redeem(in_warsaw, id, at=SATURDAY, espresso=1)) == "order_rules_violated"

    # 249 filter coffees: 83 of them are free.
    for _ in range(3):
        granted = redeem(in_warsaw, id, at=SATURDAY, filtered=249, espresso=0)
        assert granted["order"]["total_discount_amount"] == 166_000
    # 5,000.00 - 20.00 - 3 x 1,660.00 is nothing.
    assert refused(redeem(in_warsaw, id, at=SATURDAY)) == "budget_exceeded"
    assert Redemption.objects.filter(result="SUCCESS").count() == 4


def test_it_is_left_resumed_and_changed(tab: Page, marketer: User, shop: dict[str, Any]) -> None:
    sign_in(tab, at="/admin/promotions/campaign/")
    tab.goto(reverse("admin:promotions_wizard"))
    tab.get_by_role("link", name="Begin", exact=True).click()
    tab.locator(".wiz-foot").get_by_role("button", name="Save and continue").click()
    expect(tab.locator(".wiz-field-name .wiz-error")).to_have_text("This field is required.")
    tab.fill("#id_name", "Ten off")
    tab.get_by_text("One code for everybody").click()
    onwards(tab, "What do customers get?")

    tab.goto("/admin/promotions/campaign/")
    tab.get_by_text("Continue where you were (1)").click()
    tab.get_by_role("link", name="Ten off").click()
    expect(tab.locator("#id_name")).to_have_value("Ten off")
    tab.get_by_role("button", name="Discount").click()
    tab.fill("#id_percent_off", "10")
    tab.get_by_role("button", name="Codes").click()
    tab.fill("#id_code", "TENOFF")
    tab.get_by_role("button", name="Review").click()
    expect(tab.locator(".wiz-promise")).to_contain_text("10 % off")
    tab.get_by_role("button", name="Save as a draft").click()
    expect(tab.get_by_text("Ten off is saved as a draft")).to_be_visible()

    tab.get_by_role("link", name="Edit in steps").click()
    tab.get_by_role("link", name="Discount").click()
    tab.fill("#id_percent_off", "15")
    tab.get_by_role("button", name="Review").click()
    expect(tab.get_by_text("10 % off the order becomes 15 % off the order")).to_be_visible()
    tab.get_by_role("button", name="Apply the change").click()
    expect(tab.get_by_text("Ten off is changed.")).to_be_visible()
    assert Campaign.objects.get().discount["percent_off"] == 15


def test_the_keyboard_is_enough(tab: Page, marketer: User) -> None:
    sign_in(tab, at="/admin/promotions/campaign/")
    tab.goto(reverse("admin:promotions_wizard_step", args=["new", "type"]))
    tab.locator("#id_name").focus()

    tab.keyboard.type("By keys")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    tab.keyboard.press("Enter")

    expect(tab.get_by_role("heading", name="What do customers get?")).to_be_visible()
    assert CampaignSetup.objects.get().answers["type"] == {"name": "By keys", "kind": "CODES"}
