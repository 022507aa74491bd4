"""What we say about stacks and stacking rules, read by the strict models of the official Python client."""

from __future__ import annotations

from typing import Any

import voucherify as sdk
from rest_framework.test import APIClient

from core.models import ProjectSettings
from tests.factories.promotions import CategoryFactory, PromotionTierFactory, promotion_stack


def read(model: Any, answer: Any) -> dict[str, Any]:
    """The answer as the client keeps it, without what it does not know or was null."""
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = model.from_dict(answer.json()).to_dict()
    return found


def test_promotion_stacks(api: APIClient) -> None:
    tier = PromotionTierFactory()
    category = CategoryFactory(name="Loud")
    url = f"/v1/promotions/{tier.campaign.public_id}/stacks"
    body = {"name": "One", "tiers": {"ids": [tier.public_id]}, "category_id": category.public_id}

    made = read(sdk.PromotionsStacksCreateResponseBody, api.post(url, body))
    path = f"{url}/{made['id']}"
    changed = read(sdk.PromotionsStacksUpdateResponseBody, api.put(path, {"name": "Two"}))
    promotion_stack(tier)

    assert made["tiers"] == {"ids": [tier.public_id], "hierarchy_mode": "MANUAL"}
    assert made["categories"][0]["name"] == "Loud"
    assert (changed["name"], changed["object"]) == ("Two", "promotion_stack")
    assert changed["updated_at"]
    assert read(sdk.PromotionsStacksGetResponseBody, api.get(path))["category_id"] == category.public_id
    for listed in (url, "/v1/promotions/stacks"):
        assert read(sdk.PromotionsStacksListResponseBody, api.get(listed))["total"] == 2


def test_stacking_rules(management_api: APIClient, api: APIClient, settings_row: ProjectSettings) -> None:
    url = f"/management/v1/projects/{settings_row.public_id}/stacking-rules"
    category = CategoryFactory().public_id
    body = {
        "joint_categories": [category],
        "applicable_redeemables_category_limits": {category: 2},
        "no_effect_skip_categories": [category],
    }

    made = read(sdk.ManagementProjectsStackingRulesCreateResponseBody, management_api.post(url, body))
    path = f"{url}/{made['id']}"
    change = {"redeemables_application_mode": "PARTIAL"}
    changed = read(sdk.ManagementProjectsStackingRulesUpdateResponseBody, management_api.put(path, change))

    assert {name: made[name] for name in body} == body
    assert changed["redeemables_application_mode"] == "PARTIAL"
    assert read(sdk.ManagementProjectsStackingRulesGetResponseBody, management_api.get(path)) == changed
    listed = read(sdk.ManagementProjectsStackingRulesListResponseBody, management_api.get(url))
    assert listed["data"] == [changed]
    asked = {"redeemables": [{"object": "voucher", "id": "NONE"}]}
    for answer in (api.post("/v1/validations", asked), api.post("/v1/qualifications", {})):
        rules = sdk.StackingRules.from_dict(answer.json()["stacking_rules"])
        assert rules.joint_categories == [category]
        assert rules.applicable_redeemables_category_limits == {category: 2}
