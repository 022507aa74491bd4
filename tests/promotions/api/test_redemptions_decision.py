"""`GET /v1/redemptions/{id}/decision`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.actors import Actor
from promotions.models import Campaign, PromotionTier, Redemption, ValidationRule
from promotions.services import campaigns, validation_rules, vouchers
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec
from promotions.services.vouchers import VoucherSpec
from tests.conftest import NOW
from tests.factories.promotions import amount, at_least, percent

pytestmark = pytest.mark.django_db

BY: dict[str, Any] = {"actor": Actor.system("tests"), "now": NOW}


@pytest.fixture
def rule(db: None) -> ValidationRule:
    return validation_rules.create(values={"name": "From 10", "rules": at_least(1000)}, **BY)


@pytest.fixture
def campaign(rule: ValidationRule) -> Campaign:
    spec = CampaignSpec(values={"name": "Spring", "discount": percent(10)}, rules=(rule.public_id,))
    made = campaigns.create(spec=spec, **BY)
    vouchers.create(spec=VoucherSpec(code="TEN"), campaign=made, **BY)
    return made


@pytest.fixture
def tier(db: None) -> PromotionTier:
    deal = TierSpec(values={"name": "Deal", "discount": amount(300)})
    made = campaigns.create(spec=CampaignSpec(values={"name": "Deals"}, tiers=(deal,)), **BY)
    return PromotionTier.objects.get(campaign=made)


def redeem(api: APIClient, *ids: str, worth: int = 4500) -> dict[str, Any]:
    redeemables = [
        {"object": "promotion_tier" if name.startswith("promo_") else "voucher", "id": name} for name in ids
    ]
    body: dict[str, Any] = {"redeemables": redeemables, "order": {"amount": worth}}
    answer: dict[str, Any] = api.post("/v1/redemptions", body).json()
    return answer


def edit_everything(campaign: Campaign, rule: ValidationRule) -> None:
    change = CampaignSpec(values={"discount": percent(90)})
    campaigns.update(campaign_id=campaign.pk, spec=change, **BY)
    validation_rules.update(rule_id=rule.pk, values={"rules": at_least(9_000_000)}, **BY)


def test_tells_what_was_decided_on_which_versions_and_why(
    api: APIClient, campaign: Campaign, rule: ValidationRule
) -> None:
    row = redeem(api, "TEN")["redemptions"][0]
    edit_everything(campaign, rule)

    body = api.get(f"/v1/redemptions/{row['id']}/decision").json()

    stored = Redemption.objects.get(public_id=row["id"])
    assert list(body) == [
        "object", "redemption_id", "decided_at", "versions", "explanations", "snapshot", "outcome",
    ]  # fmt: skip
    assert (body["object"], body["redemption_id"]) == ("decision", row["id"])
    assert (body["snapshot"], body["outcome"]) == (stored.snapshot, stored.outcome)
    named = [
        (one["related_object_type"], one["related_object_id"], one["number"]) for one in body["versions"]
    ]
    assert named == [("validation_rule", rule.public_id, 1), ("campaign", campaign.public_id, 1)]
    assert body["versions"][1]["content"]["discount"] == percent(10)
    (explanation,) = body["explanations"]
    assert (explanation["id"], explanation["status"]) == ("TEN", "APPLICABLE")
    texts = [one["message"] for one in explanation["conditions"]]
    assert any("10.00" in text for text in texts)
    assert not any("90,000.00" in text for text in texts)


def test_what_was_used_together_was_decided_together(
    api: APIClient, campaign: Campaign, tier: PromotionTier
) -> None:
    answer = redeem(api, tier.public_id, "TEN")
    parent, children = answer["parent_redemption"], answer["redemptions"]

    bodies = [api.get(f"/v1/redemptions/{one['id']}/decision").json() for one in (parent, *children)]

    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["redemption_id"] == parent["id"]
    assert [one["id"] for one in bodies[0]["explanations"]] == [tier.public_id, "TEN"]
    assert sorted(one["related_object_type"] for one in bodies[0]["versions"]) == [
        "campaign", "campaign", "promotion_tier", "validation_rule",
    ]  # fmt: skip


def test_a_rule_that_was_deleted_since_keeps_its_version(
    api: APIClient, campaign: Campaign, rule: ValidationRule
) -> None:
    row = redeem(api, "TEN")["redemptions"][0]
    validation_rules.delete(rule_id=rule.pk, **BY)

    version = api.get(f"/v1/redemptions/{row['id']}/decision").json()["versions"][0]

    assert (version["related_object_type"], version["related_object_id"]) == ("validation_rule", None)
    assert version["content"] == {"rules": at_least(1000)}


def test_a_refused_attempt_has_no_decision(api: APIClient, campaign: Campaign) -> None:
    refused = redeem(api, "TEN", worth=10)

    response = api.get(f"/v1/redemptions/{refused['resource_id']}/decision")

    assert (response.status_code, response.json()["key"]) == (404, "not_found")


def test_an_unknown_redemption_has_none(api: APIClient) -> None:
    assert api.get("/v1/redemptions/r_nobody/decision").status_code == 404


def test_cost_does_not_grow_with_the_redeemables(
    api: APIClient,
    campaign: Campaign,
    tier: PromotionTier,
    count_queries: Callable[[Callable[[], Any]], int],
) -> None:
    for number in range(3):
        vouchers.create(spec=VoucherSpec(code=f"MORE{number}"), campaign=campaign, **BY)
    few = redeem(api, tier.public_id, "TEN")["parent_redemption"]
    many = redeem(api, tier.public_id, "TEN", "MORE0", "MORE1", "MORE2")["parent_redemption"]

    counts = [
        count_queries(lambda path=f"/v1/redemptions/{one['id']}/decision": api.get(path))  # type: ignore[misc]
        for one in (few, many)
    ]

    assert counts[0] == counts[1]
