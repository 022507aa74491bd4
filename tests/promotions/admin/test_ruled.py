"""What lists and panels say about discounts on items, and about conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import words
from core.models import ProjectSettings
from promotions.admin.ruled import Ruled
from promotions.models import Campaign, PromotionTier, ValidationRule, Voucher
from tests.factories.commerce import CustomerFactory, ProductCollectionFactory, ProductFactory
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    percent,
    promotion_stack,
)

OFF_ITEMS = {"type": "PERCENT", "percent_off": 20, "effect": "APPLY_TO_ITEMS"}


@pytest.fixture
def speaking(db: None) -> Any:
    """Money as pages of the admin write it."""
    with words.speaking_for(ProjectSettings(currency="EUR", time_zone="UTC")):
        yield


def targeting(collection_name: str, **values: Any) -> ValidationRule:
    """A rule about the items of a new collection of this name."""
    collection = ProductCollectionFactory(name=collection_name)
    included = [{"object": "products_collection", "id": collection.public_id}]
    return ValidationRuleFactory(applicable_to={"included": included}, **values)


def page_of(row: Any) -> str:
    return reverse(f"admin:promotions_{row._meta.model_name}_change", args=[row.pk])


def link(rule: ValidationRule) -> str:
    return f'<a class="fanfare-link" href="{page_of(rule)}">{rule.name}</a>'


def test_a_discount_says_its_items_by_name(speaking: None) -> None:
    campaign = CampaignFactory(discount=OFF_ITEMS)
    RuleAssignmentFactory(campaign=campaign, rule=targeting("Coffee"))

    assert Ruled([campaign]).offer(campaign) == "20 % off every item from Coffee"


def test_the_own_rule_names_the_items_before_the_campaigns(speaking: None) -> None:
    campaign = CampaignFactory(discount=OFF_ITEMS)
    RuleAssignmentFactory(campaign=campaign, rule=targeting("Coffee"))
    plain, own = VoucherFactory(campaign=campaign), VoucherFactory(campaign=campaign)
    RuleAssignmentFactory(voucher=own, rule=targeting("Tea"))
    ruled = Ruled([plain, own])

    assert ruled.offer(plain) == "20 % off every item from Coffee"
    assert ruled.offer(own) == "20 % off every item from Tea"


def test_a_rule_without_items_leaves_them_to_the_campaigns(speaking: None) -> None:
    campaign = CampaignFactory(discount=OFF_ITEMS)
    RuleAssignmentFactory(campaign=campaign, rule=targeting("Coffee"))
    voucher = VoucherFactory(campaign=campaign)
    RuleAssignmentFactory(voucher=voucher, rule=ValidationRuleFactory())

    assert Ruled([voucher]).offer(voucher) == "20 % off every item from Coffee"


def test_a_bundle_is_said(speaking: None) -> None:
    mug = ProductFactory(name="Mug")
    tier = PromotionTierFactory(discount=percent(10))
    quantity = {"name": "order.items.aggregated_quantity", "conditions": {"$is": [3]}, "rules": {}}
    item = {"$is": [{"id": mug.public_id, "object": "product"}]}
    part = {"name": "order.items.any", "conditions": item, "rules": {"1": quantity, "logic": "1"}}
    RuleAssignmentFactory(
        promotion_tier=tier, rule=ValidationRuleFactory(bundle_rules={"1": part, "logic": "1"})
    )

    assert Ruled([tier]).offer(tier) == "Buy 3 Mug: 10 % off the order"


def test_without_a_rule_no_item_is_chosen(speaking: None) -> None:
    campaign = CampaignFactory(discount=OFF_ITEMS)

    assert Ruled([campaign]).offer(campaign) == "20 % off no item (none is chosen)"


def test_a_rule_that_cannot_be_read_still_stands_for_some_items(speaking: None) -> None:
    campaign = CampaignFactory(discount=OFF_ITEMS)
    RuleAssignmentFactory(campaign=campaign, rule=ValidationRuleFactory(applicable_to={"included": "all"}))

    assert Ruled([campaign]).offer(campaign) == "20 % off the items that its rule names"


def test_campaigns_without_a_discount_say_where_discounts_are(speaking: None) -> None:
    promotion, mixed = CampaignFactory(promotion=True), CampaignFactory(discount=None)
    ruled = Ruled([promotion, mixed])

    assert [ruled.offer(promotion), ruled.offer(mixed)] == ["see its tiers", "each code has its own"]


def test_conditions_are_links_to_all_rules(speaking: None) -> None:
    campaign = CampaignFactory()
    voucher, free = VoucherFactory(campaign=campaign), VoucherFactory()
    of_campaign = RuleAssignmentFactory(campaign=campaign, rule__name="New <b>customers</b>").rule
    own = RuleAssignmentFactory(voucher=voucher, rule__name="Big orders").rule
    ruled = Ruled([voucher, free])

    escaped = link(of_campaign).replace("<b>", "&lt;b&gt;").replace("</b>", "&lt;/b&gt;")
    assert ruled.conditions(voucher) == f"{link(own)}, {escaped}"
    assert ruled.conditions(free) == "–"


def test_many_rows_cost_two_queries(speaking: None, django_assert_num_queries: Any) -> None:
    tiers = [PromotionTierFactory(discount=OFF_ITEMS) for _ in range(4)]
    for tier in tiers:
        RuleAssignmentFactory(promotion_tier=tier, rule=targeting(f"Things {tier.pk}"))
        RuleAssignmentFactory(campaign=tier.campaign)
    ruled = Ruled(tiers)

    with django_assert_num_queries(2):
        texts = [f"{ruled.offer(tier)} {ruled.conditions(tier)}" for tier in tiers]

    assert all(f"from Things {tier.pk}" in text for tier, text in zip(tiers, texts, strict=True))


# Lists and panels -----------------------------------------------------------------------------------------
def _ruled_campaign() -> None:
    campaign = CampaignFactory(discount=OFF_ITEMS)
    RuleAssignmentFactory(campaign=campaign, rule=targeting("Coffee", name="For Coffee"))


def _ruled_code() -> None:
    campaign = CampaignFactory(discount=OFF_ITEMS)
    voucher = VoucherFactory(campaign=campaign)
    RuleAssignmentFactory(voucher=voucher, rule=targeting("Coffee", name="For Coffee"))
    RuleAssignmentFactory(campaign=campaign)


def _ruled_tier() -> None:
    tier = PromotionTierFactory(discount=OFF_ITEMS)
    RuleAssignmentFactory(promotion_tier=tier, rule=targeting("Coffee", name="For Coffee"))


@pytest.mark.parametrize(
    ("model", "make"),
    [(Campaign, _ruled_campaign), (Voucher, _ruled_code), (PromotionTier, _ruled_tier)],
    ids=["campaigns", "codes", "tiers"],
)
def test_lists_say_items_and_conditions_at_the_same_cost(
    model: type,
    make: Callable[[], None],
    admin_page: Client,
    db: None,
    count_queries: Callable[..., int],
) -> None:
    address = reverse(f"admin:promotions_{model._meta.model_name}_changelist")  # type: ignore[attr-defined]
    make()
    few = count_queries(lambda: admin_page.get(address))
    for _ in range(6):
        make()

    assert count_queries(lambda: admin_page.get(address)) == few
    text = admin_page.get(address).text
    assert text.count("20 % off every item from Coffee") == 7
    assert text.count(">For Coffee</a>") == 7


def test_panels_say_items_and_conditions(admin_page: Client, db: None) -> None:
    tier = PromotionTierFactory(discount=OFF_ITEMS)
    rule = RuleAssignmentFactory(promotion_tier=tier, rule=targeting("Coffee")).rule
    holder = CustomerFactory()
    voucher = VoucherFactory(discount=OFF_ITEMS, holder=holder)
    RuleAssignmentFactory(voucher=voucher, rule=rule)
    customer = reverse("admin:commerce_customer_change", args=[holder.pk])

    for address in (page_of(tier.campaign), page_of(promotion_stack(tier))):
        text = admin_page.get(address).text
        assert "20 % off every item from Coffee" in text
        assert link(rule) in text
    assert "20 % off every item from Coffee" in admin_page.get(customer).text


@pytest.mark.parametrize("page_name", ["changelist", "add", "change", "delete"])
def test_pages_call_a_rule_conditions(page_name: str, admin_page: Client, db: None) -> None:
    rule = ValidationRuleFactory(name="Big orders")
    keys = [rule.pk] if page_name in ("change", "delete") else []

    text = admin_page.get(reverse(f"admin:promotions_validationrule_{page_name}", args=keys)).text

    assert "validation rule" not in text.casefold()
    assert "conditions" in text.casefold()
