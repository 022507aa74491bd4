"""Beyond the contract: reasons, other instants and the best combination."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.instants import format_instant
from engine import StackingType
from promotions.models import Redemption
from tests.factories.promotions import (
    CategoryFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
    at_least,
    percent,
)

pytestmark = pytest.mark.django_db
URL = "/v1/validations"


def ask(*codes: str, order: int = 10_000, **options: Any) -> dict[str, Any]:
    redeemables = [{"object": "voucher", "id": code} for code in codes]
    return {"redeemables": redeemables, "order": {"amount": order}, "options": options}


def test_every_condition_is_said_with_what_was_found_and_what_would_help(
    api: APIClient, now: datetime
) -> None:
    voucher = VoucherFactory(code="BIG", starts_at=now - timedelta(days=1), redemption_quantity=5)
    RuleAssignmentFactory(voucher=voucher, rule=ValidationRuleFactory(rules=at_least(12_000)))

    found = api.post(URL, ask("BIG", explain=True)).json()

    (explained,) = found["explanations"]
    assert (explained["id"], explained["status"]) == ("BIG", "INAPPLICABLE")
    assert explained["key"] == "order_rules_violated"
    assert explained["remedy"] == "Add 20.00 more"
    conditions = {one["id"]: one for one in explained["conditions"]}
    assert [one["holds"] for one in explained["conditions"]] == [True, True, True, False]
    assert conditions["uses"]["actual"] == {"used": 0, "held": 0}
    rule = explained["conditions"][-1]
    assert rule["required"] == {"$more_than_or_equal": [12_000]}
    assert rule["actual"] == {"value": 10_000}
    assert "120.00 EUR" in rule["message"]


def test_who_displaced_a_code_is_named(api: APIClient) -> None:
    only = CategoryFactory(stacking_type=StackingType.EXCLUSIVE)
    VoucherFactory(code="HALF", discount=percent(50), category=only)
    VoucherFactory(code="TEN")

    found = api.post(URL, ask("TEN", "HALF", explain=True)).json()

    explained = {one["id"]: one for one in found["explanations"]}
    assert explained["TEN"]["status"] == "SKIPPED"
    assert explained["TEN"]["displaced_by"] == ["HALF"]
    assert explained["HALF"]["status"] == "APPLICABLE"


def test_without_the_option_nothing_is_explained(api: APIClient) -> None:
    VoucherFactory(code="TEN")

    assert "explanations" not in api.post(URL, ask("TEN")).json()


def test_any_instant_can_be_asked_and_leaves_no_trace(api: APIClient, now: datetime) -> None:
    VoucherFactory(code="XMAS", starts_at=datetime.fromisoformat("2030-12-01T00:00:00+00:00"))

    today = api.post(URL, ask("XMAS")).json()
    then = api.post(URL, ask("XMAS", at="2030-12-24T18:00:00.000Z")).json()

    assert today["redeemables"][0]["result"]["error"]["key"] == "voucher_not_active"
    assert then["valid"] is True
    assert Redemption.objects.count() == 0


def test_other_instants_are_for_those_who_may_change_what_is_offered(api_as: Any, now: datetime) -> None:
    VoucherFactory(code="TEN")
    merchant = api_as("MERCHANT")

    refused = merchant.post(URL, ask("TEN", at=format_instant(now)))
    explained = merchant.post(URL, ask("TEN", explain=True))

    assert (refused.status_code, refused.json()["key"]) == (403, "missing_required_permission")
    assert explained.status_code == 200


def test_browsers_get_no_explanations(client_api: APIClient) -> None:
    VoucherFactory(code="TEN")

    answer = client_api.post("/client/v1/validations", ask("TEN", explain=True))

    assert (answer.status_code, answer.json()["key"]) == (403, "missing_required_permission")


@pytest.mark.parametrize("option", [{"at": "2030-01-01T00:00:00Z"}, {"explain": True}])
def test_a_redemption_happens_now_and_without_further_words(api: APIClient, option: dict[str, Any]) -> None:
    VoucherFactory(code="TEN")

    answer = api.post("/v1/redemptions", ask("TEN", **option))

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert Redemption.objects.count() == 0


@pytest.mark.parametrize(
    "option", [{"at": "yesterday"}, {"explain": "yes"}, {"stacking": "WORST"}, {"at": 5}]
)
def test_refuses_options_of_a_wrong_shape(api: APIClient, option: dict[str, Any]) -> None:
    answer = api.post(URL, ask("TEN", **option))

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")


def test_the_best_combination_is_found_and_redeemed(api: APIClient) -> None:
    """Greedy takes the exclusive 30 %; together the two common codes save more."""
    only = CategoryFactory(stacking_type=StackingType.EXCLUSIVE)
    VoucherFactory(code="ONLY30", discount=percent(30), category=only)
    VoucherFactory(code="QUARTER", discount=percent(25))
    VoucherFactory(code="TENNER", discount=amount(1000))
    body = ask("ONLY30", "QUARTER", "TENNER", stacking="BEST_FOR_CUSTOMER")

    seen = api.post(URL, body).json()
    done = api.post("/v1/redemptions", body).json()

    assert seen["order"]["total_discount_amount"] == 3500
    assert seen["stacking"] == {"strategy": "BEST_FOR_CUSTOMER", "gap": 0}
    assert [one["id"] for one in seen["redeemables"]] == ["QUARTER", "TENNER"]
    assert [one["id"] for one in seen["skipped_redeemables"]] == ["ONLY30"]
    assert done["order"]["total_discount_amount"] == 3500
    assert len(done["redemptions"]) == 2
