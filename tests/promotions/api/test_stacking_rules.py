"""`/management/v1/projects/{projectId}/stacking-rules` and the set below it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import ProjectSettings
from promotions.services import stacking_rules
from tests.factories.promotions import CategoryFactory
from tests.promotions.api.catalogue import refused

# Every key of the contract, with its default (semantics-core 6.1).
DEFAULTS: dict[str, Any] = {
    "redeemables_limit": 30,
    "applicable_redeemables_limit": 5,
    "applicable_redeemables_per_category_limit": None,
    "applicable_redeemables_category_limits": {},
    "applicable_exclusive_redeemables_limit": 1,
    "applicable_exclusive_redeemables_per_category_limit": 1,
    "exclusive_categories": [],
    "joint_categories": [],
    "redeemables_application_mode": "ALL",
    "redeemables_sorting_rule": "REQUESTED_ORDER",
    "grouped_redeemables_sorting_rule": "JOINT_ALWAYS_LAST",
    "redeemables_products_application_mode": "STACK",
    "redeemables_no_effect_rule": "REDEEM_ANYWAY",
    "no_effect_skip_categories": [],
    "no_effect_redeem_anyway_categories": [],
    "redeemables_rollback_order_mode": "WITH_ORDER",
    "discount_calculation_mode": "DISCOUNTED_AMOUNT",
    "initial_amount_mode_categories": [],
    "discounted_amount_mode_categories": [],
}


@pytest.fixture
def url(settings_row: ProjectSettings) -> str:
    return f"/management/v1/projects/{settings_row.public_id}/stacking-rules"


def test_the_defaults_have_no_id(management_api: APIClient, url: str) -> None:
    body = management_api.get(url).json()

    assert (body["object"], body["data_ref"], body["total"]) == ("list", "data", 1)
    assert body["data"] == [DEFAULTS]
    assert management_api.get(f"{url}/stk_any").status_code == 404


def test_from_creation_to_deletion(management_api: APIClient, url: str) -> None:
    made = management_api.post(url, {"redeemables_limit": 7, "exclusive_categories": []})
    rules = f"{url}/{made.json()['id']}"
    again = management_api.post(url, {})
    changed = management_api.put(
        rules, {"redeemables_application_mode": "PARTIAL", "applicable_redeemables_per_category_limit": None}
    )

    assert (made.status_code, made.json()["redeemables_limit"]) == (200, 7)
    assert (again.status_code, again.json()["key"]) == (409, "stacking_rules_exist")
    assert changed.json()["redeemables_limit"] == 7
    assert changed.json()["redeemables_application_mode"] == "PARTIAL"
    assert changed.json()["updated_at"] is not None
    assert management_api.get(rules).json() == changed.json()
    assert management_api.get(url).json()["data"] == [changed.json()]
    assert management_api.delete(rules).status_code == 204
    assert management_api.delete(rules).status_code == 404
    assert management_api.get(url).json()["data"] == [DEFAULTS]


def test_every_rule_comes_back_as_it_was_sent(management_api: APIClient, url: str) -> None:
    ids = [CategoryFactory().public_id for _ in range(4)]
    sent = {
        "redeemables_limit": 20,
        "applicable_redeemables_limit": 6,
        "applicable_redeemables_per_category_limit": 4,
        "applicable_redeemables_category_limits": {ids[2]: 10, ids[3]: 1},
        "applicable_exclusive_redeemables_limit": 3,
        "applicable_exclusive_redeemables_per_category_limit": 2,
        "exclusive_categories": [ids[0]],
        "joint_categories": [ids[1], ids[2]],
        "redeemables_application_mode": "PARTIAL",
        "redeemables_sorting_rule": "CATEGORY_HIERARCHY",
        "grouped_redeemables_sorting_rule": "SORTING_RULE",
        "redeemables_products_application_mode": "ONCE",
        "redeemables_no_effect_rule": "SKIP",
        "no_effect_skip_categories": [ids[0]],
        "no_effect_redeem_anyway_categories": [ids[1]],
        "redeemables_rollback_order_mode": "WITHOUT_ORDER",
        "discount_calculation_mode": "INITIAL_AMOUNT",
        "initial_amount_mode_categories": [ids[2]],
        "discounted_amount_mode_categories": [ids[3]],
    }
    assert set(sent) == set(DEFAULTS)

    made = management_api.post(url, sent).json()

    assert {name: made[name] for name in sent} == sent
    assert management_api.get(f"{url}/{made['id']}").json() == made


def test_validations_say_the_same(management_api: APIClient, api: APIClient, url: str) -> None:
    category = CategoryFactory()
    sent = {
        "applicable_redeemables_category_limits": {category.public_id: 2},
        "no_effect_skip_categories": [category.public_id],
        "grouped_redeemables_sorting_rule": "SORTING_RULE",
    }
    management_api.post(url, sent)
    body = {"redeemables": [{"object": "voucher", "id": "UNKNOWN"}]}

    printed = [
        api.post("/v1/validations", body).json()["stacking_rules"],
        api.post("/v1/qualifications", {}).json()["stacking_rules"],
    ]

    # Strict readers want numbers where there is no limit.
    full = {**DEFAULTS, **sent, "applicable_redeemables_per_category_limit": 30}
    assert printed == [full, full]


def test_a_deleted_category_leaves_the_rules(management_api: APIClient, api: APIClient, url: str) -> None:
    category = CategoryFactory()
    management_api.post(url, {"no_effect_skip_categories": [category.public_id]})
    path = f"/v1/categories/{category.public_id}"

    refused(api.delete(path), 400, "resource_in_use")
    assert api.delete(f"{path}?remove_from_stacking_rules=true").status_code == 204
    assert management_api.get(url).json()["data"][0]["no_effect_skip_categories"] == []


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"redeemables_limit": 31}, "Property .redeemables_limit must be between 1 and 30"),
        ({"redeemables_limit": "7"}, "Property .redeemables_limit must be an integer"),
        ({"redeemables_limit": True}, "Property .redeemables_limit must be an integer"),
        ({"redeemables_limit": None}, "Property .redeemables_limit must not be null"),
        (
            {"redeemables_application_mode": "SOME"},
            "Property .redeemables_application_mode must be one of ALL, PARTIAL",
        ),
        (
            {"grouped_redeemables_sorting_rule": "JOINT_FIRST"},
            "Property .grouped_redeemables_sorting_rule must be one of JOINT_ALWAYS_LAST, SORTING_RULE",
        ),
        ({"exclusive_categories": "cat_1"}, "Property .exclusive_categories must be an array"),
        ({"exclusive_categories": None}, "Property .exclusive_categories must not be null"),
        ({"applicable_redeemables_category_limits": []}, "must be an object"),
        ({"applicable_redeemables_category_limits": {"cat_1": 11}}, "must be between 1 and 10"),
        ({"applicable_redeemables_category_limits": {"cat_1": 0}}, "must be between 1 and 10"),
        ({"applicable_redeemables_category_limits": {"cat_1": True}}, "must be an integer"),
    ],
)
def test_wrong_values(management_api: APIClient, url: str, body: Any, details: str) -> None:
    refused(management_api.post(url, body), 400, "invalid_payload", details)
    assert ProjectSettings.objects.get().stacking_rules_id == ""


def test_categories_must_exist_and_cannot_be_both(management_api: APIClient, url: str) -> None:
    category = CategoryFactory().public_id
    rules = f"{url}/{management_api.post(url, {}).json()['id']}"

    missing = refused(management_api.put(rules, {"joint_categories": ["cat_none"]}), 404, "not_found")
    assert (missing["resource_type"], missing["resource_id"]) == ("category", "cat_none")
    both = {"joint_categories": [category], "exclusive_categories": [category]}
    refused(management_api.put(rules, both), 400, "invalid_payload", category)
    assert management_api.get(rules).json()["joint_categories"] == []


def test_the_defaults_of_the_database_are_those_of_the_contract() -> None:
    assert {name: DEFAULTS[name] for name in stacking_rules.defaults()} == stacking_rules.defaults()


def test_cost_does_not_grow(management_api: APIClient, url: str, count_queries: Callable[[Any], int]) -> None:
    def body() -> dict[str, Any]:
        return {"exclusive_categories": [CategoryFactory().public_id for _ in range(5)]}

    rules = f"{url}/{management_api.post(url, body()).json()['id']}"
    sent = body()
    few = count_queries(lambda: management_api.put(rules, sent))
    CategoryFactory.create_batch(20)
    sent = body()

    assert count_queries(lambda: management_api.put(rules, sent)) == few
