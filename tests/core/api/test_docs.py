from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient


@pytest.fixture
def document(anonymous: APIClient) -> dict[str, Any]:
    answer = anonymous.get("/openapi.json")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json"
    return dict(answer.json())


def test_document_lists_paths_with_their_keys(document: dict[str, Any]) -> None:
    read = document["paths"]["/v1/metadata-schemas/{resource}"]["get"]
    change = document["paths"]["/management/v1/projects/{project_id}"]["put"]

    assert read["security"] == [{"serverKeyId": [], "serverKeyToken": []}, {"serverBearer": []}]
    assert change["security"] == [{"managementKeyId": [], "managementKeyToken": []}]
    assert change["operationId"] == "put_management_v1_projects_project_id"
    schemes = document["components"]["securitySchemes"]
    assert schemes["serverKeyId"] == {"type": "apiKey", "in": "header", "name": "X-App-Id"}
    assert schemes["serverBearer"] == {"type": "http", "scheme": "bearer"}
    assert schemes["managementKeyToken"] == {"type": "apiKey", "in": "header", "name": "X-Management-Token"}


def test_document_describes_bodies(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    rules = schemas["StackingRulesInput"]["properties"]

    assert rules["redeemables_limit"] == {"type": "integer", "minimum": 1, "maximum": 30}
    assert schemas["RedeemablesApplicationModeEnum"] == {"type": "string", "enum": ["ALL", "PARTIAL"]}


def test_document_says_which_calls_take_an_idempotency_key(document: dict[str, Any]) -> None:
    keyed = {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "Idempotency-Key"
    }

    assert sorted(keyed) == [
        "POST /client/v1/events",
        "POST /client/v1/publish",
        "POST /client/v1/redeem",
        "POST /client/v1/redemptions",
        "POST /client/v1/validations",
        "POST /v1/events",
        "POST /v1/loyalties/members/{member_id}/balance",
        "POST /v1/loyalties/members/{member_id}/redemption",
        "POST /v1/loyalties/{campaign_id}/earning-rules",
        "POST /v1/loyalties/{campaign_id}/members",
        "POST /v1/loyalties/{campaign_id}/members/{member_id}/balance",
        "POST /v1/loyalties/{campaign_id}/members/{member_id}/redemption",
        "POST /v1/loyalties/{campaign_id}/members/{member_id}/transfers",
        "POST /v1/loyalties/{campaign_id}/tiers",
        "POST /v1/orders",
        "POST /v1/orders/{order_id}/returns",
        "POST /v1/promotions/tiers/{tier_id}/redemption",
        "POST /v1/publications",
        "POST /v1/redemptions",
        "POST /v1/redemptions/{redemption_id}/rollback",
        "POST /v1/redemptions/{redemption_id}/rollbacks",
        "POST /v1/referral-reviews/{referral_review_id}/accept",
        "POST /v1/referral-reviews/{referral_review_id}/refuse",
        "POST /v1/referrals/members/{member_id}/holders",
        "POST /v1/referrals/{campaign_id}/members/{member_id}/holders",
        "POST /v1/validations",
        "POST /v1/vouchers/{code}/balance",
        "POST /v1/vouchers/{code}/redemption",
        "POST /v1/vouchers/{code}/validate",
    ]
    order = keyed["POST /v1/orders"]
    (parameter,) = [one for one in order["parameters"] if one["name"] == "Idempotency-Key"]
    assert (parameter["in"], parameter.get("required", False)) == ("header", False)
    assert "`Idempotent-Replayed: true`" in parameter["description"]
    assert order["responses"]["422"]["description"] == "This idempotency key was used for another call"
    assert "409" in order["responses"]


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]

    assert len(ids) == len(set(ids))


def test_page_has_no_inline_script_and_nothing_from_elsewhere(anonymous: APIClient) -> None:
    answer = anonymous.get("/docs")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<script>" not in page
    assert "https://" not in page
    assert anonymous.get("/docs?script=").status_code == 200
