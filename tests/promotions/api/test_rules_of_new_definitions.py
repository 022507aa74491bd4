"""`validation_rules` in the bodies that create campaigns, codes and tiers (contract: 5.1, 11.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import Campaign, PromotionTier, ValidationRule, ValidationRuleAssignment, Voucher
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
)
from tests.promotions.api.catalogue import NO_RULES, PERCENT, audited, refused, told

ASSIGNED = "business_validation_rule.assignment.created"


def listed(assignment: ValidationRuleAssignment, related: Any, kind: str) -> dict[str, Any]:
    return {
        "object": "list",
        "data_ref": "data",
        "data": [
            {
                "id": assignment.public_id,
                "rule_id": assignment.rule.public_id,
                "related_object_id": related.public_id,
                "related_object_type": kind,
                "created_at": related.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "object": "validation_rules_assignment",
            }
        ],
        "total": 1,
    }


def new_campaign(rule_ids: list[str], **columns: Any) -> dict[str, Any]:
    voucher = {"type": "DISCOUNT_VOUCHER", "discount": PERCENT}
    return {"name": "Spring", "voucher": voucher, "validation_rules": rule_ids, **columns}


def new_tier(rule_ids: list[str], name: str = "Tier") -> dict[str, Any]:
    return {"name": name, "action": {"discount": PERCENT}, "validation_rules": rule_ids}


def nothing_written() -> bool:
    models = (Campaign, Voucher, PromotionTier, ValidationRuleAssignment)
    return not any(model.objects.exists() for model in models) and told() == audited() == []


def test_a_campaign_gets_its_rule(api: APIClient) -> None:
    rule = ValidationRuleFactory()

    body = api.post("/v1/campaigns", new_campaign([rule.public_id], vouchers_count=2)).json()

    campaign, assignment = Campaign.objects.get(), ValidationRuleAssignment.objects.get()
    assert body["validation_rules_assignments"] == listed(assignment, campaign, "campaign")
    assert (assignment.rule, assignment.campaign) == (rule, campaign)
    assert api.get("/v1/campaigns/Spring").json()["validation_rules_assignments"]["total"] == 1
    assert told() == ["campaign.created", ASSIGNED, "campaign.vouchers.added"]
    # The rule is the campaign's; its codes have none of their own.
    code = Voucher.objects.first()
    assert code is not None
    assert api.get(f"/v1/vouchers/{code.code}").json()["validation_rules_assignments"] == NO_RULES


def test_a_voucher_gets_its_rule(api: APIClient) -> None:
    rule = ValidationRuleFactory()

    body = api.post("/v1/vouchers", {"discount": PERCENT, "validation_rules": [rule.public_id]}).json()

    voucher, assignment = Voucher.objects.get(), ValidationRuleAssignment.objects.get()
    assert body["validation_rules_assignments"] == listed(assignment, voucher, "voucher")
    assert told() == ["voucher.created", ASSIGNED]
    assert audited() == ["voucher.created", "validation_rule.assignment.created"]


def test_tiers_of_a_new_campaign_get_their_rules(api: APIClient) -> None:
    rule = ValidationRuleFactory()
    tiers = [new_tier([rule.public_id], "First"), new_tier([], "Second"), new_tier([rule.public_id], "Third")]
    body = {"name": "P", "campaign_type": "PROMOTION", "promotion": {"tiers": tiers}}

    answer = api.post("/v1/campaigns", body).json()

    first, second, third = PromotionTier.objects.order_by("pk")
    printed = [tier["validation_rule_assignments"] for tier in answer["promotion"]["tiers"]]
    assert printed == [
        listed(first.rule_assignment, first, "promotion_tier"),
        NO_RULES,
        listed(third.rule_assignment, third, "promotion_tier"),
    ]
    assert answer["validation_rules_assignments"] == NO_RULES
    assert rule.assignments.count() == 2


@pytest.mark.parametrize(
    "named",
    [
        lambda rule_id: {"validation_rules": [rule_id]},
        lambda rule_id: {
            "validation_rule_assignments": {"data": [{"rule_id": rule_id, "id": "asgm_of_another"}]}
        },
    ],
)
def test_a_tier_gets_its_rule_by_id_or_as_printed(
    api: APIClient, named: Callable[[str], dict[str, Any]]
) -> None:
    rule, promotion = ValidationRuleFactory(), CampaignFactory(promotion=True)
    body = {"name": "Tier", "action": {"discount": PERCENT}, **named(rule.public_id)}

    answer = api.post(f"/v1/promotions/{promotion.public_id}/tiers", body).json()

    tier = PromotionTier.objects.get()
    assert answer["validation_rule_assignments"] == listed(tier.rule_assignment, tier, "promotion_tier")
    assert tier.rule_assignment.rule == rule
    assert told() == ["campaign.promotion_tier.created", ASSIGNED]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/campaigns", new_campaign(["val_0"], vouchers_count=1)),
        ("/v1/vouchers", {"discount": PERCENT, "validation_rules": ["val_0"]}),
        ("/v1/vouchers/A", {"discount": PERCENT, "validation_rules": ["val_0"]}),
        ("/v1/campaigns", {"name": "P", "promotion": {"tiers": [new_tier([]), new_tier(["val_0"])]}}),
    ],
)
def test_an_unknown_rule_leaves_nothing_behind(api: APIClient, path: str, body: dict[str, Any]) -> None:
    answer = refused(api.post(path, body), 404, "not_found")

    assert (answer["resource_type"], answer["resource_id"]) == ("validation_rules", "val_0")
    assert nothing_written()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/campaigns", new_campaign(["val_1", "val_2"])),
        ("/v1/vouchers", {"discount": PERCENT, "validation_rules": ["val_1", "val_2"]}),
        ("/v1/vouchers", {"discount": PERCENT, "validation_rules": "val_1"}),
        ("/v1/vouchers", {"discount": PERCENT, "validation_rules": [1]}),
        ("/v1/campaigns", {"name": "P", "promotion": {"tiers": [new_tier(["val_1", "val_2"])]}}),
    ],
)
def test_one_rule_for_each(api: APIClient, path: str, body: dict[str, Any]) -> None:
    refused(api.post(path, body), 400, "invalid_payload")
    assert nothing_written()


def test_a_change_passes_rules_over(api: APIClient) -> None:
    """They are changed by assignments."""
    rule, other = ValidationRuleFactory(), ValidationRuleFactory()
    tier = PromotionTierFactory()
    RuleAssignmentFactory(rule=rule, promotion_tier=tier)
    body = {"name": "New", "validation_rules": [other.public_id], "validation_rule_assignments": {"data": []}}

    answer = api.put(f"/v1/promotions/tiers/{tier.public_id}", body).json()

    assert answer["name"] == "New"
    assert answer["validation_rule_assignments"]["data"][0]["rule_id"] == rule.public_id


PRODUCT = {"object": "product", "id": "prod_1", "effect": "APPLY_TO_EVERY"}


@pytest.mark.parametrize(
    ("applicable_to", "effect"),
    [
        ({"included": [PRODUCT]}, "APPLY_TO_ITEMS"),
        ({"excluded": [PRODUCT]}, "APPLY_TO_ITEMS"),
        ({"included_all": True}, "APPLY_TO_ITEMS"),
        ({"included_all": False, "included": [], "excluded": []}, "APPLY_TO_ORDER"),
        ({}, "APPLY_TO_ORDER"),
    ],
)
def test_a_rule_that_names_items_makes_the_default_effect_one_on_items(
    api: APIClient, applicable_to: dict[str, Any], effect: str
) -> None:
    rule: Any = ValidationRuleFactory(applicable_to=applicable_to)
    promotion = CampaignFactory(promotion=True)
    ids = [rule.public_id]

    campaign = api.post("/v1/campaigns", new_campaign(ids)).json()
    voucher = api.post("/v1/vouchers", {"discount": PERCENT, "validation_rules": ids}).json()
    tier = api.post(f"/v1/promotions/{promotion.public_id}/tiers", new_tier(ids)).json()

    shown = [campaign["voucher"]["discount"], voucher["discount"], tier["action"]["discount"]]
    assert [discount["effect"] for discount in shown] == [effect] * 3
    rows = (Voucher.objects.get(), Campaign.objects.get(name="Spring"), PromotionTier.objects.get())
    assert [row.discount["effect"] for row in rows] == [effect] * 3  # type: ignore[index]


def test_the_rule_of_the_campaign_counts_for_a_discount_of_its_code_and_tier(api: APIClient) -> None:
    rule = ValidationRuleFactory(applicable_to={"included_all": True})
    coupons, promotion = CampaignFactory(), CampaignFactory(promotion=True)
    RuleAssignmentFactory(rule=rule, campaign=coupons)
    RuleAssignmentFactory(rule=rule, campaign=promotion)

    code = api.post(f"/v1/campaigns/{coupons.public_id}/vouchers", {"discount": PERCENT}).json()
    tier = api.post(f"/v1/promotions/{promotion.public_id}/tiers", new_tier([])).json()
    given = {"discount": {**PERCENT, "effect": "APPLY_TO_ORDER"}}
    explicit = api.post(f"/v1/campaigns/{coupons.public_id}/vouchers", given).json()

    effects = [code["discount"], tier["action"]["discount"], explicit["discount"]]
    assert [discount["effect"] for discount in effects] == [
        "APPLY_TO_ITEMS",
        "APPLY_TO_ITEMS",
        "APPLY_TO_ORDER",
    ]


def test_a_tier_that_changes_its_type_asks_its_rule_again(api: APIClient) -> None:
    tier = PromotionTierFactory()
    RuleAssignmentFactory(
        promotion_tier=tier, rule=ValidationRuleFactory(applicable_to={"included_all": True})
    )
    path = f"/v1/promotions/tiers/{tier.public_id}"

    kept = api.put(path, {"action": {"discount": {"type": "PERCENT", "percent_off": 20}}}).json()
    changed = api.put(path, {"action": {"discount": {"type": "AMOUNT", "amount_off": 20}}}).json()

    assert kept["action"]["discount"]["effect"] == "APPLY_TO_ORDER"
    assert changed["action"]["discount"]["effect"] == "APPLY_TO_ITEMS"


def test_printing_rules_costs_no_query_a_row(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    promotion = CampaignFactory(promotion=True)
    rule = ValidationRule.objects.create(name="Shared", created_at=promotion.created_at)

    def some(count: int) -> None:
        for _ in range(count):
            RuleAssignmentFactory(rule=rule, promotion_tier=PromotionTierFactory(campaign=promotion))
            RuleAssignmentFactory(rule=rule, voucher=VoucherFactory())

    some(2)
    urls = (
        "/v1/promotions/tiers?limit=100",
        f"/v1/promotions/{promotion.public_id}/tiers",
        f"/v1/campaigns/{promotion.public_id}",
        "/v1/vouchers?limit=100",
    )
    api.get(urls[0])  # the first call of a key is also noted
    few = [count_queries(lambda url=url: api.get(url)) for url in urls]
    some(10)

    assert [count_queries(lambda url=url: api.get(url)) for url in urls] == few
    assert max(few) <= 4
