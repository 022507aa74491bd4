"""Differences of what is approved, as people read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.models import ProjectSettings
from promotions import approval_contents as contents
from promotions.approval_words import sentences
from promotions.models import Budget, BudgetCampaign, Campaign, PromotionTier
from tests.conftest import NOW
from tests.factories.commerce import ProductCollectionFactory, SegmentFactory
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    amount,
    at_least,
    percent,
)

pytestmark = pytest.mark.django_db

BASE: dict[str, Any] = {
    "name": "Spring",
    "active": True,
    "discount": percent(20),
    "campaign_type": "DISCOUNT_COUPONS",
}


def plain(lines: list[str]) -> list[str]:
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def said(before: dict[str, Any] | None, after: dict[str, Any] | None, type: str = "campaign") -> list[str]:
    return plain(sentences(type, before, after))


def rule(key: str, name: str, operator: str, *values: Any) -> dict[str, Any]:
    return {key: {"name": name, "conditions": {operator: list(values)}}}


def asks(*rules: dict[str, Any], logic: str = "", name: str = "Who", **parts: Any) -> dict[str, Any]:
    found = {key: value for one in rules for key, value in one.items()}
    wire = {**found, "logic": logic or " and ".join(found)} if found else {}
    return {"name": name, "rules": wire, **parts}


def test_a_deeper_discount_says_what_it_was() -> None:
    assert said(BASE, {**BASE, "discount": percent(25)}) == [
        "Discount: 20 % off the order becomes 25 % off the order"
    ]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ({}, {"category": "VIP"}, "Category: none becomes VIP"),
        ({}, {"redemption_quantity": 5}, "Uses per code: no limit becomes 5"),
        ({"metadata": {"team": "A"}}, {"metadata": {"team": "B"}}, "Metadata team: A becomes B"),
        ({"metadata": {"team": "A"}}, {}, "Metadata team: A becomes none"),
        ({}, {"new_term": {"deep": 5}}, "New term › deep: none becomes 5"),
        ({}, {"empty": None}, "Empty: none becomes –"),
        ({}, {"validity_day_of_week": [1, 5]}, "Valid: at any time becomes Monday, Friday"),
        ({}, {"name": "Summer"}, "Is called “Summer” instead of “Spring”"),
        (
            {"expiration_date": "2026-03-15T22:59:00Z"},
            {"expiration_date": "2026-03-31T21:59:00Z"},
            "Ends 31 Mar 2026, 21:59 instead of 15 Mar 2026, 22:59",
        ),
        ({"start_date": "2026-03-15T22:59:00Z"}, {}, "Starts at once instead of 15 Mar 2026, 22:59"),
        ({}, {"active": False}, "Is switched off: nothing of it can be redeemed"),
        (
            {"discount": percent(20)},
            {"discount": {**percent(20), "note": "x"}},
            "Discount › note: none becomes x",
        ),
        ({"discount": percent(20)}, {"discount": {}}, "Discount: 20 % off the order becomes none"),
    ],
)
def test_each_key_has_a_sentence(before: dict[str, Any], after: dict[str, Any], sentence: str) -> None:
    assert said({**BASE, **before}, {**BASE, **after}) == [sentence]


def test_instants_are_told_in_the_zone_and_money_in_the_currency_of_the_project() -> None:
    ProjectSettings.objects.update(time_zone="Europe/Berlin", currency="PLN")

    lines = said(
        {**BASE, "discount": amount(500)},
        {**BASE, "discount": amount(700), "expiration_date": "2026-03-31T21:59:00Z"},
    )

    assert lines == [
        "Discount: 5.00 PLN off the order becomes 7.00 PLN off the order",
        "Ends 31 Mar 2026, 23:59 instead of never",
    ]


def test_conditions_are_compared_one_by_one() -> None:
    vip, gold = SegmentFactory(name="VIP"), SegmentFactory(name="Gold")
    before = asks(
        rule("1", "customer.segment", "$is", vip.public_id),
        rule("2", "order.amount", "$more_than_or_equal", 2000),
        rule("3", "order.items.count", "$more_than", 1),
    )
    after = asks(
        rule("1", "customer.segment", "$is", vip.public_id, gold.public_id),
        rule("2", "order.amount", "$more_than_or_equal", 3000),
        rule("4", "order.metadata", "$is", "web"),
    )
    after["rules"]["4"]["property"] = "source"

    assert said({**BASE, "conditions": before}, {**BASE, "conditions": after}) == [
        "Adds segment Gold to the conditions",
        "Conditions: order is worth at least 20.00 EUR after earlier discounts "
        "becomes at least 30.00 EUR after earlier discounts",
        "Adds to the conditions: order's source is “web”",
        "Takes out of the conditions: order has more than 1 unit",
    ]


def test_a_condition_that_only_got_another_number_is_the_same() -> None:
    one = asks(rule("1", "order.amount", "$more_than", 100), rule("2", "order.items.count", "$more_than", 1))
    two = asks(rule("1", "order.items.count", "$more_than", 1))

    assert said({**BASE, "conditions": one}, {**BASE, "conditions": two}) == [
        "Takes out of the conditions: order is worth more than 1.00 EUR after earlier discounts"
    ]


def test_another_joint_is_told_with_the_whole_rule() -> None:
    parts = rule("1", "order.amount", "$more_than", 100), rule("2", "order.items.count", "$more_than", 1)

    (line,) = said({**BASE, "conditions": asks(*parts)}, {**BASE, "conditions": asks(*parts, logic="1 or 2")})

    assert line.startswith("Together the conditions say: Order is worth more than 1.00 EUR")
    assert ", or order has more than 1 unit" in line


def test_conditions_come_go_and_are_exchanged() -> None:
    big = asks(rule("1", "order.amount", "$more_than", 100), name="Big")
    small = asks(rule("1", "order.amount", "$more_than", 50), name="Small")

    assert said(BASE, {**BASE, "conditions": big}) == [
        "Gets the conditions “Big”: Order is worth more than 1.00 EUR after earlier discounts."
    ]
    assert said({**BASE, "conditions": big}, BASE) == [
        "Drops the conditions “Big”: Order is worth more than 1.00 EUR after earlier discounts."
    ]
    assert said({**BASE, "conditions": big}, {**BASE, "conditions": small})[0] == (
        "Has the conditions “Small” instead of “Big”"
    )


def test_items_of_a_discount_are_called_by_their_names() -> None:
    coffee = ProductCollectionFactory(name="Coffee")
    items = {"included": [{"object": "products_collection", "id": coffee.public_id}]}
    on_items = {"type": "PERCENT", "percent_off": 20, "effect": "APPLY_TO_ITEMS"}
    content = {**BASE, "discount": on_items, "conditions": asks(applicable_to=items)}

    lines = said(content, {**content, "discount": {**on_items, "percent_off": 30}})

    assert lines == ["Discount: 20 % off every item from Coffee becomes 30 % off every item from Coffee"]


@pytest.fixture
def tiered() -> PromotionTier:
    campaign = CampaignFactory(promotion=True, name="Spring")
    return PromotionTierFactory(campaign=campaign, name="Silver", discount=percent(10), hierarchy=1)


def changed(campaign: Campaign, change: Callable[[], Any]) -> list[str]:
    before = contents.campaign(campaign.pk)
    change()
    return said(before, contents.campaign(campaign.pk))


def test_tiers_are_told_by_their_names(tiered: PromotionTier) -> None:
    def change() -> None:
        PromotionTier.objects.filter(pk=tiered.pk).update(discount=percent(15))
        PromotionTierFactory(campaign=tiered.campaign, name="Gold", discount=percent(20), hierarchy=2)

    assert changed(tiered.campaign, change) == [
        "Tier “Silver”, discount: 10 % off the order becomes 15 % off the order",
        "Tier “Gold” is new: discount 20 % off the order; text for customers 10 percent off; place 2",
    ]


def test_a_tier_that_only_got_another_name_is_not_new(tiered: PromotionTier) -> None:
    change = lambda: PromotionTier.objects.filter(pk=tiered.pk).update(name="Bronze")  # noqa: E731

    assert changed(tiered.campaign, change) == ["Tier “Silver” is called “Bronze” instead of “Silver”"]


def test_budgets_of_a_campaign_are_told_with_it(tiered: PromotionTier) -> None:
    budget = Budget.objects.create(name="Summer", limit=1_000_000, created_at=NOW)
    campaign = tiered.campaign

    def draw() -> None:
        BudgetCampaign.objects.create(budget=budget, campaign=campaign)

    assert changed(campaign, draw) == ["Budget “Summer” limits it: at most 10,000.00 EUR of discounts"]
    assert changed(campaign, lambda: Budget.objects.update(limit=1_500_000)) == [
        "Budget “Summer”: 10,000.00 EUR becomes 15,000.00 EUR"
    ]


def test_going_live_tells_everything_that_will_run() -> None:
    vip = SegmentFactory(name="VIP")
    campaign = CampaignFactory(
        name="Spring", discount=percent(30), is_active=False, category=CategoryFactory(name="Deep")
    )
    who = ValidationRuleFactory(
        name="Who", rules={**rule("1", "customer.segment", "$is", vip.public_id), "logic": "1"}
    )
    RuleAssignmentFactory(campaign=campaign, rule=who)

    lines = changed(campaign, lambda: Campaign.objects.update(is_active=True))

    assert lines[:3] == [
        "Goes live",
        "Discount: 30 % off the order",
        "Conditions: Customer is in segment VIP.",
    ]
    assert "Category: Deep" in lines


def test_a_new_campaign_is_told_wholly() -> None:
    content = {**BASE, "codes": 500, "code": None, "protected": False, "redemption_quantity": 1}

    lines = said(None, content)

    assert lines[0] == "Goes live: “Spring”"
    assert {"Discount: 20 % off the order", "Makes 500 codes", "Uses per code: 1"} <= set(lines)


def test_what_is_deleted_says_so() -> None:
    assert said(BASE, None) == ["Is deleted"]
    assert said(None, None) == []


def test_more_codes_with_terms_of_their_own() -> None:
    like = {
        "$": "spec",
        "name": "VoucherSpec",
        "value": {"code": None, "values": {"$": "map", "value": {"redemption_quantity": 3}}},
    }

    assert said(BASE, {**BASE, "codes": 500, "codes_like": like}) == [
        "Adds 500 codes",
        "Codes › values › redemption quantity: 3",
    ]


def test_codes_that_give_something_else_than_their_campaign() -> None:
    one = {"discount": percent(50), "codes": 3}
    other = {"discount": amount(500), "codes": 1}

    assert said(BASE, {**BASE, "own_discounts": [one]}) == ["3 codes give 50 % off the order of their own"]
    assert said(
        {**BASE, "own_discounts": [one]}, {**BASE, "own_discounts": [{**one, "codes": 4}, other]}
    ) == [
        "Codes with 50 % off the order of their own: 3 becomes 4",
        "1 code gives 5.00 EUR off the order of its own",
    ]
    assert said({**BASE, "own_discounts": [one]}, BASE) == [
        "No code gives 50 % off the order of its own any more"
    ]


def test_a_change_of_a_balance_and_of_many_codes() -> None:
    card = {"code": "CARD", "balance_change": 0, "reason": ""}
    assert said(card, {**card, "balance_change": -2000, "reason": "Goodwill"}, "voucher") == [
        "Takes 20.00 EUR from the balance",
        "Reason: Goodwill",
    ]
    many = {
        "codes": 2,
        "entries": [{"code": "A", "metadata": {"size": 5}}, {"code": "B", "metadata": {}}],
        "entries_sha256": "x",
    }
    assert said({"codes": 0}, many, "vouchers") == ["Changes 2 codes", "Code A › metadata › size: 5"]


def test_stacking_rules_and_categories() -> None:
    one = {"own": False, "applicable_redeemables_limit": 5, "limits": {"VIP": 1}}
    two = {"own": True, "applicable_redeemables_limit": 6, "limits": {"VIP": 2}}
    assert said(one, two, "stacking_rules") == [
        "Rules of its own: no becomes yes",
        "Applicable redeemables limit: 5 becomes 6",
        "Limits › VIP: 1 becomes 2",
    ]
    assert said({"name": "A", "hierarchy": 1}, {"name": "A", "hierarchy": 2}, "category") == [
        "Place: 1 becomes 2"
    ]


def test_names_cost_one_query_for_each_kind(django_assert_num_queries: Any) -> None:
    segments = [SegmentFactory().public_id for _ in range(4)]
    collection = ProductCollectionFactory().public_id
    items = {"included": [{"object": "products_collection", "id": collection}]}
    tiers = [
        {
            "name": f"T{number}",
            "conditions": asks(rule("1", "customer.segment", "$is", *segments), applicable_to=items),
        }
        for number in range(5)
    ]

    with django_assert_num_queries(3):  # settings, segments, collections
        lines = said(BASE, {**BASE, "tiers": tiers})

    assert len(lines) == 5


def test_every_condition_of_a_rule_of_its_own() -> None:
    before = {"name": "Who", "rules": at_least(2000), "used_by": ["Spring"]}

    assert said(before, {**before, "rules": at_least(3000)}, "validation_rule") == [
        "Conditions: order is worth at least 20.00 EUR after earlier discounts "
        "becomes at least 30.00 EUR after earlier discounts"
    ]
