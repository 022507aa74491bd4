"""Each step by its form: what it keeps, what it refuses, and what becomes of the whole."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.actors import Actor
from promotions.models import Budget, Campaign, CampaignSetup, CampaignTemplate, PromotionTier, Voucher
from promotions.selectors import plans
from promotions.selectors import validation_rules as known_rules
from promotions.services import templates
from tests.conftest import NOW
from tests.factories.areas import area
from tests.factories.commerce import ProductCollectionFactory, ProductFactory, SegmentFactory
from tests.factories.promotions import CampaignFactory, CategoryFactory
from tests.promotions.wizard.conftest import Answer, at

pytestmark = pytest.mark.django_db

BASICS = {"name": "Ten off", "kind": "CODES"}
PERCENT = {"discount_type": "PERCENT", "percent_off": "10"}


def notes() -> CampaignSetup:
    return CampaignSetup.objects.get()


def finish(page: Client, button: str = "_launch", **fields: Any) -> Any:
    return page.post(at(notes(), "review"), {button: "1", **fields}, follow=True)


def test_a_campaign_is_made_of_two_steps(admin_page: Client, answer: Answer) -> None:
    first = answer("type", **BASICS)
    assert first["Location"] == at(notes(), "discount")
    answer("discount", **PERCENT)
    review = admin_page.get(at(notes(), "review")).content.decode()
    assert not Campaign.objects.exists()

    done = finish(admin_page)

    campaign = Campaign.objects.get()
    assert "10 % off" in review
    assert "Nobody else has to be asked." in review
    assert (campaign.name, campaign.lifecycle, campaign.discount) == (
        "Ten off",
        "LIVE",
        {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"},
    )
    assert Voucher.objects.filter(campaign=campaign, redemption_quantity=1).count() == 100
    assert "Ten off is launched." in done.content.decode()
    assert not CampaignSetup.objects.exists()


@pytest.mark.parametrize(
    ("step", "fields", "told"),
    [
        ("type", {"name": "", "kind": "CODES"}, "This field is required."),
        ("discount", {"discount_type": "PERCENT", "percent_off": ""}, "Say how much."),
        ("discount", {"discount_type": "PERCENT", "percent_off": "101"}, "less than or equal to 100"),
        ("discount", {"discount_type": "BUY", "buy": ""}, "Say how many they pay for."),
        ("discount", {"discount_type": "AMOUNT", "amount_off": "ten"}, "Write an amount such as 12.34."),
        ("audience", {"who": "SOME"}, "Choose a segment."),
        ("audience", {"who": "SOME", "segments-text": "nobody"}, "from the list that opens"),
        ("conditions", {"basket_from": "50", "basket_below": "40"}, "more than the value above"),
        ("products", {"which": "SOME"}, "Choose what it is for."),
        (
            "time",
            {"starts_at": "2027-01-02T00:00", "ends_at": "2027-01-01T00:00"},
            "must lie after the start",
        ),
        ("time", {"hours_until": "12:00"}, "Say from when."),
        ("time", {"repeats": "W", "open_for": "4"}, "Say from when on"),
        ("time", {"pauses-0-from": "2026-12-26", "pauses-0-until": "2026-12-24"}, "must not end before"),
        ("limits", {"budget_limit": "-5"}, "from 0 up"),
        ("limits", {"per_customer": "0"}, "greater than or equal to 1"),
        ("codes", {"count": "100", "pattern": "A#"}, "Use more #"),
    ],
)
def test_bad_input_stays_at_its_step_and_the_notes_stay(
    answer: Answer, step: str, fields: dict[str, str], told: str
) -> None:
    answer("type", **BASICS)
    before = notes().answers

    page = answer(step, **fields)

    assert page.status_code == 200
    assert told in page.content.decode()
    assert notes().answers == before


def test_what_is_missing_is_said_where_it_is_missing(admin_page: Client, answer: Answer) -> None:
    answer("type", **{**BASICS, "kind": "ONE_CODE"})
    answer("discount", discount_type="BUY", buy="2")

    review = admin_page.get(at(notes(), "review")).content.decode()
    done = finish(admin_page)

    assert "Choose the products that it is for." in review
    assert "Write the code that everybody uses." in review
    assert done.status_code == 200
    assert not Campaign.objects.exists()


def test_everything_that_is_answered_is_in_the_campaign(admin_page: Client, answer: Answer) -> None:
    vip, staff = SegmentFactory(name="VIP"), SegmentFactory(name="Staff")
    coffee = ProductCollectionFactory(name="Coffee", products=[ProductFactory()])
    mug, category = ProductFactory(name="Mug"), CategoryFactory(name="Sales")
    poland = area("Poland")
    answer("type", name="All of it", kind="AUTOMATIC")
    answer("discount", discount_type="BUY", buy="2", buy_percent="50")
    answer(
        "audience", who="SOME", segments=f"segment:{vip.public_id}", not_segments=f"segment:{staff.public_id}"
    )
    answer("conditions", basket_from="20.00", has=f"product:{mug.public_id}")
    answer("products", which="SOME", included=f"products_collection:{coffee.public_id}")
    answer(
        "time",
        starts_at="2027-01-01T00:00",
        ends_at="2027-02-01T00:00",
        weekdays=["6", "0"],
        **{"pauses-0-from": "2027-01-10", "pauses-0-until": "2027-01-12"},
    )
    answer("places", places=f"area:{poland.public_id}")
    answer(
        "limits",
        budget_limit="5000.00",
        budget_policy="GIVE_WHAT_IS_LEFT",
        per_customer="1",
        total_uses="900",
    )
    answer("texts", banner="Buy two", description="For VIPs", category=category.public_id)

    finish(admin_page)

    campaign, tier, budget = Campaign.objects.get(), PromotionTier.objects.get(), Budget.objects.get()
    assert tier.discount == {"type": "PERCENT", "percent_off": 50, "effect": "APPLY_TO_ITEMS"}
    assert (tier.banner, campaign.description, campaign.category) == ("Buy two", "For VIPs", category)
    assert (campaign.days_of_week, campaign.places) == ([0, 6], [f"area:{poland.public_id}"])
    assert (campaign.lifecycle, campaign.ends_at is not None) == ("SCHEDULED", True)
    assert (budget.limit, budget.policy, budget.name) == (500_000, "GIVE_WHAT_IS_LEFT", "Budget of All of it")
    rule = known_rules.of_campaign(campaign)
    assert rule is not None
    names = [one["name"] for key, one in rule.rules.items() if key != "logic"]
    assert names == [
        "customer.segment",
        "customer.segment",
        "order.amount",
        "campaign.redemptions.customers_count",
        "campaign.redemptions.count",
        "redemption.date",
        "order.items.any",
        "order.items.any",
    ]
    assert rule.applicable_to["included"][0]["skip_initially"] == 2


def test_spend_more_save_more_makes_tiers_that_never_overlap(admin_page: Client, answer: Answer) -> None:
    answer("type", name="Ladder", kind="AUTOMATIC")
    steps = {"steps-0-from": "100", "steps-0-figure": "15", "steps-1-from": "50", "steps-1-figure": "10"}
    answer("discount", discount_type="PERCENT", percent_off="5", **steps)

    finish(admin_page)

    tiers = plans.plan_of(Campaign.objects.get()).tiers
    assert [tier.discount["percent_off"] for tier in tiers] == [5, 10, 15]
    bounds = [[one["conditions"] for one in tier.conditions["rules"].values()] for tier in tiers]
    assert bounds == [
        [{"$less_than": [5000]}],
        [{"$more_than_or_equal": [5000]}, {"$less_than": [10000]}],
        [{"$more_than_or_equal": [10000]}],
    ]


def test_gift_cards_are_asked_for_their_credits(admin_page: Client, answer: Answer) -> None:
    answer("type", name="Cards", kind="CARDS")
    refused = answer("discount", credits="")
    answer("discount", credits="25.00")
    answer("codes", count="3", pattern="GIFT-####-####", charset="easy")

    finish(admin_page)

    assert "Say how much a new card can pay with." in refused.content.decode()
    cards = Voucher.objects.filter(campaign__name="Cards")
    assert [(card.gift_balance, card.redemption_quantity) for card in cards] == [(2500, None)] * 3


def test_new_customers_are_a_segment_that_is_made_once(admin_page: Client, answer: Answer) -> None:
    answer("type", **BASICS)
    answer("audience", who="NEW")
    first = notes().answers["audience"]["segments"]
    answer("audience", who="NEW")

    assert notes().answers["audience"]["segments"] == first
    page = admin_page.get(at(notes(), "audience"))
    assert page.context["form"]["who"].value() == "NEW"


def test_a_taken_name_and_a_taken_code_are_told_at_once(answer: Answer) -> None:
    CampaignFactory(name="Ten off", created_at=NOW)

    taken = answer("type", **BASICS)

    assert "Another campaign has this name" in taken.content.decode()
    assert not CampaignSetup.objects.exists()


def test_steps_can_be_visited_in_any_order(admin_page: Client, answer: Answer) -> None:
    answer("type", **BASICS)
    answer("texts", description="Early")

    untouched = answer("audience", press="_to", _to="limits", who="ALL")

    assert untouched.status_code == 302
    assert set(notes().answers) == {"type", "texts"}


def test_another_tab_is_not_overwritten_in_silence(admin_page: Client, answer: Answer) -> None:
    answer("type", **BASICS)
    url = at(notes(), "discount")
    stale: Any = admin_page.get(url).context
    answer("discount", **PERCENT)

    late = admin_page.post(url, {**PERCENT, "percent_off": "20", "seen": stale["seen"], "_next": "1"})
    kept = notes().answers["discount"]["wire"]["percent_off"]
    again = admin_page.post(url, {**PERCENT, "percent_off": "20", "seen": late.context["seen"], "_next": "1"})

    assert "was saved somewhere else" in late.content.decode()
    assert kept == 10
    assert again.status_code == 302
    assert notes().answers["discount"]["wire"]["percent_off"] == 20


def test_a_launch_for_later_waits_as_a_draft(admin_page: Client, answer: Answer) -> None:
    answer("type", **BASICS)
    answer("discount", **PERCENT)

    past = finish(admin_page, "_later", launch_at="2020-01-01T00:00")
    assert "This time is past." in past.content.decode()
    done = finish(admin_page, "_later", launch_at="2099-01-01T00:00")

    assert "is a draft until then" in done.content.decode()
    assert Campaign.objects.get().lifecycle == "APPROVED"


def test_the_list_of_campaigns_says_what_is_unfinished(admin_page: Client, answer: Answer) -> None:
    answer("type", **BASICS)

    page = admin_page.get(reverse("admin:promotions_campaign_changelist")).content.decode()

    assert "Continue where you were (1)" in page
    assert at(notes(), "type") in page


def test_it_begins_with_a_template_or_a_copy(admin_page: Client) -> None:
    templates.add_starters(actor=Actor.system("tests"), now=NOW)
    sale = CampaignFactory(name="Sale", discount={"type": "PERCENT", "percent_off": 30}, created_at=NOW)
    start = reverse("admin:promotions_wizard")
    template = CampaignTemplate.objects.get(name="Weekend sale: 20 %")

    admin_page.post(start, {"_template": str(template.pk)})
    admin_page.post(start, {"campaign": f"campaign:{sale.public_id}", "campaign-text": "Sale"})

    weekend, copy = CampaignSetup.objects.order_by("pk")
    assert (weekend.name, weekend.answers["time"]["days_of_week"]) == ("Weekend sale: 20 %", [0, 6])
    assert (copy.name, copy.answers["discount"]["wire"]["percent_off"]) == ("Sale (2)", 30)
    done = admin_page.post(at(weekend, "review"), {"_draft": "1"}, follow=True).content.decode()
    assert "Weekend sale: 20 % is saved as a draft." in done
    assert Campaign.objects.get(name="Weekend sale: 20 %").planned_codes == 100
