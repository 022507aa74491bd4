"""A loyalty programme from an empty page to a ledger that tells everything.

A marketer clicks together a programme with three tiers and four rewards and launches it. The shop sends paid
orders over the API: the customer joins, earns, and reaches a tier. She takes a reward, returns an order, and
the statement tells all of it. Support asks why an order earned so much, and adds points with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from loyalty.models import LoyaltyCard, LoyaltyTier, PointsTransaction, RewardRedemption
from promotions.models import Campaign, Lifecycle, RewardAssignment
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import CampaignFactory
from tests.journeys.conftest import person, sign_in
from tests.telling import tell

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

type Ask = Callable[..., Any]


@pytest.fixture
def shop() -> None:
    person("mara", "Administrator")
    CampaignFactory(name="Five off", type=Campaign.Type.AUTO_UPDATE)
    CampaignFactory(
        name="Gift cards",
        campaign_type=Campaign.CampaignType.GIFT_VOUCHERS,
        type=Campaign.Type.AUTO_UPDATE,
        discount=None,
        gift={"amount": 1000, "effect": "APPLY_TO_ORDER"},
    )
    ProductFactory(name="Enamel mug", source_id="mug", price=1500)


@pytest.fixture
def ask(api: Any) -> Ask:
    """`ask("/v1/orders", {…})`: what the API answers; all subscribers have heard of it afterwards."""

    def asked(path: str, body: Any) -> Any:
        answer = api.post(path, body, format="json")
        assert answer.status_code < 300, answer.content
        tell()
        return answer.json()

    return asked


def test_from_an_empty_page_to_a_ledger_that_tells_all(tab: Page, shop: None, ask: Ask) -> None:
    sign_in(tab)
    programme = make_the_programme(tab)
    launch(tab, programme)
    order = buys_and_rises(tab, ask, programme)
    takes_a_reward(tab, programme)
    returns_the_order(ask, order)
    the_ledger_tells(tab)
    support_is_answered(tab, order)
    points_with_a_reason(tab)


def pick(tab: Page, field: str, name: str) -> None:
    box = tab.locator(f"#id_{field}")
    box.fill(name)
    tab.get_by_role("option", name=re.compile(name)).first.click()


def make_the_programme(tab: Page) -> Campaign:
    tab.get_by_role("link", name="Loyalty programmes").click()
    expect(tab.get_by_text("A loyalty programme gives members points")).to_be_visible()
    tab.goto("/admin/loyalty/programme/add/")
    tab.fill("#id_name", "Coffee Club")
    tab.fill("#id_initial_points", "50")
    expect(tab.locator("#id_tier_3_name")).to_have_value("Gold")
    tab.fill("#id_tier_2_from", "300")
    tab.fill("#id_tier_3_from", "3000")
    tab.fill("#id_coupon_name", "5 off your next order")
    pick(tab, "coupon_campaign", "Five off")
    tab.fill("#id_gift_name", "10 on a gift card")
    pick(tab, "gift_campaign", "Gift cards")
    tab.fill("#id_gift_credits", "10")
    tab.fill("#id_product_name", "A mug")
    tab.fill("#id_product_price", "150")
    tab.fill("#id_product_stock", "1")
    pick(tab, "product_article", "Enamel mug")
    tab.fill("#id_coin_name", "Pay with points")
    tab.get_by_role("button", name="Save", exact=True).click()

    expect(tab.get_by_text("Coffee Club is saved as a draft")).to_be_visible()
    programme = Campaign.objects.get(name="Coffee Club")
    assert programme.is_draft
    assert RewardAssignment.objects.filter(campaign=programme).count() == 4
    tiers = LoyaltyTier.objects.filter(campaign=programme).order_by("points_from")
    assert list(tiers.values_list("name", "points_from", "points_to")) == [
        ("Bronze", 0, 299),
        ("Silver", 300, 2999),
        ("Gold", 3000, None),
    ]
    return programme


def launch(tab: Page, programme: Campaign) -> None:
    tab.click(".fanfare-tabs a[href='#rules']")
    rules = tab.locator("#rules-group")
    expect(rules).to_contain_text("When an order is paid")
    expect(rules).to_contain_text(re.compile(r"1 point for every 1\.00.EUR paid after discounts"))
    tab.click(".fanfare-tabs a[href='#tiers']")
    expect(tab.locator("#tiers-group tbody tr").first).to_contain_text("Gold")
    tab.click(".fanfare-tabs a[href='#rewards']")
    expect(tab.locator("#rewards-group")).to_contain_text("Pays orders: 100 points are worth")
    tab.get_by_role("link", name=re.compile(r"\bLaunch$")).first.click()
    tab.locator("#dialog").get_by_role("button", name="Launch").click()
    expect(tab.get_by_text("Coffee Club is launched.")).to_be_visible()
    programme.refresh_from_db()
    assert programme.lifecycle == Lifecycle.LIVE


def buys_and_rises(tab: Page, ask: Ask, programme: Campaign) -> str:
    """Two paid orders; the second brings Silver. Returns the id of the second."""
    anna = {"source_id": "anna", "name": "Anna Arendt", "email": "anna@shop.example"}
    ask("/v1/orders", {"source_id": "A-1", "status": "PAID", "amount": 20_00, "customer": anna})
    second = ask("/v1/orders", {"source_id": "A-2", "status": "PAID", "amount": 300_00, "customer": anna})
    card = LoyaltyCard.objects.get(campaign=programme)
    assert card.balance == 50 + 20 + 300
    assert card.tier is not None
    assert card.tier.name == "Silver"

    tab.goto("/admin/loyalty/loyaltycard/")
    tab.get_by_role("link", name=card.voucher.code).first.click()
    expect(tab.get_by_text("370 points").first).to_be_visible()
    expect(tab.get_by_text(re.compile("more bring Gold"))).to_be_visible()
    return str(second["id"])


def takes_a_reward(tab: Page, programme: Campaign) -> None:
    """Support gives the mug; it waits until somebody hands it over."""
    tab.get_by_role("link", name=re.compile(r"\bGive a reward$")).first.click()
    tab.select_option("#id_assignment", label="A mug: 150 points")
    tab.get_by_role("button", name="See what will happen").click()
    expect(tab.get_by_text("The balance goes from 370 to 220 points.")).to_be_visible()
    tab.get_by_role("button", name="Give", exact=True).click()
    expect(tab.get_by_text("The reward is given.")).to_be_visible()
    assert RewardRedemption.objects.get().state == RewardRedemption.State.PENDING

    tab.goto("/admin/loyalty/rewardredemption/")
    tab.locator("a[href*='/rewardredemption/'][href*='/change/']").first.click()
    tab.get_by_role("link", name=re.compile(r"\bWas handed over$")).first.click()
    tab.locator("#dialog").get_by_role("button", name="It was handed over").click()
    expect(tab.get_by_text("A mug is handed over.")).to_be_visible()
    assert RewardRedemption.objects.get().state == RewardRedemption.State.COMPLETED


def returns_the_order(ask: Ask, order: str) -> None:
    """300 points are taken back of the 220 that are left: the rest is written off."""
    ask(f"/v1/orders/{order}/returns", {"amount": 300_00, "reason": "Too much coffee"})
    card = LoyaltyCard.objects.get()
    assert card.balance == 0
    lines = PointsTransaction.objects.filter(card=card)
    assert sum(lines.values_list("amount", flat=True)) == 0


def the_ledger_tells(tab: Page) -> None:
    card = LoyaltyCard.objects.get()
    tab.goto(f"/admin/loyalty/loyaltycard/{card.pk}/change/#statement")
    statement = tab.locator("#statement-group")
    for text in (
        "Points for joining",
        "Earned with order A-1",
        "Earned with order A-2",
        "Reward: A mug",
        "Points taken back of order A-2",
        "Debt written off",
    ):
        expect(statement).to_contain_text(text)
    statement.get_by_label("Show", exact=True).select_option(label="Spent and given back")
    expect(statement).not_to_contain_text("Points for joining")
    expect(statement).to_contain_text("Reward: A mug")


def support_is_answered(tab: Page, order: str) -> None:
    tab.goto(f"/admin/loyalty/estimate/?order={order}&asked=1")
    answer = tab.locator(".why-answers")
    expect(answer).to_contain_text("300 points")
    expect(answer).to_contain_text(re.compile(r"1 point for every 1\.00.EUR"))


def points_with_a_reason(tab: Page) -> None:
    card = LoyaltyCard.objects.get()
    tab.goto(f"/admin/loyalty/loyaltycard/{card.pk}/change/#statement")
    tab.get_by_role("link", name=re.compile(r"\bAdjust points$")).first.click()
    tab.fill("#id_points", "25")
    tab.fill("#id_reason", "Goodwill after a late delivery")
    tab.get_by_role("button", name="See what will happen").click()
    expect(tab.get_by_text("The balance goes from 0 to 25 points.")).to_be_visible()
    assert LoyaltyCard.objects.get().balance == 0
    tab.get_by_role("button", name="Adjust", exact=True).click()
    expect(tab.get_by_text("25 points added.")).to_be_visible()
    expect(tab.locator("#statement-group")).to_contain_text("Goodwill after a late delivery")
    assert LoyaltyCard.objects.get().balance == 25
