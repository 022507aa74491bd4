"""Stacking rules in validations: each setting does what it says (contract: semantics-core 6)."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import ProjectSettings
from promotions.models import Category
from tests.factories.promotions import CategoryFactory, VoucherFactory, amount, percent

URL = "/v1/validations"


def ask(*codes: str, **order: Any) -> dict[str, Any]:
    entries = [{"object": "voucher", "id": code} for code in codes]
    return {"redeemables": entries, "order": order or {"amount": 10000}}


def applied(body: dict[str, Any]) -> list[tuple[str, int]]:
    """Which code took how much off, in the order of application."""
    return [(entry["id"], entry["order"]["total_applied_discount_amount"]) for entry in body["redeemables"]]


def skipped(body: dict[str, Any]) -> dict[str, str]:
    return {entry["id"]: entry["result"]["details"]["key"] for entry in body.get("skipped_redeemables", ())}


def coupons(category: Category, *codes: str, **values: Any) -> None:
    for code in codes:
        VoucherFactory(code=code, category=category, **{"discount": amount(100), **values})


@pytest.mark.parametrize(
    ("own", "general", "count"), [(2, None, 2), (3, 1, 3), (None, 1, 1), (None, None, 3)]
)
def test_the_limit_of_a_category_beats_the_general_one(
    api: APIClient, own: int | None, general: int | None, count: int
) -> None:
    ProjectSettings.objects.update(applicable_redeemables_per_category_limit=general)
    coupons(CategoryFactory(applicable_limit=own), "A", "B", "C")

    body = api.post(URL, ask("A", "B", "C")).json()

    assert [code for code, _ in applied(body)] == ["A", "B", "C"][:count]
    late = "applicable_redeemables_per_category_limit_exceeded"
    assert skipped(body) == dict.fromkeys(["A", "B", "C"][count:], late)


@pytest.mark.parametrize(
    ("own", "general", "is_skipped"),
    [
        ("SKIP", "REDEEM_ANYWAY", True),
        ("REDEEM_ANYWAY", "SKIP", False),
        ("", "SKIP", True),
        ("", "REDEEM_ANYWAY", False),
    ],
)
def test_what_has_no_effect_goes_by_its_category(
    api: APIClient, own: str, general: str, is_skipped: bool
) -> None:
    ProjectSettings.objects.update(redeemables_no_effect_rule=general)
    VoucherFactory(code="ALL", discount=percent(100))
    coupons(CategoryFactory(no_effect_rule=own), "LATE")

    body = api.post(URL, ask("ALL", "LATE")).json()

    assert skipped(body) == ({"LATE": "no_effect"} if is_skipped else {})
    assert len(body["redeemables"]) == (1 if is_skipped else 2)


@pytest.mark.parametrize(
    ("own", "general", "second"),
    [
        ("INITIAL_AMOUNT", "DISCOUNTED_AMOUNT", 2000),
        ("DISCOUNTED_AMOUNT", "INITIAL_AMOUNT", 1800),
        ("", "INITIAL_AMOUNT", 2000),
        ("", "DISCOUNTED_AMOUNT", 1800),
    ],
)
def test_percentages_are_taken_as_the_category_says(
    api: APIClient, own: str, general: str, second: int
) -> None:
    ProjectSettings.objects.update(discount_calculation_mode=general)
    VoucherFactory(code="TEN", discount=percent(10))
    coupons(CategoryFactory(calculation_mode=own), "TWENTY", discount=percent(20))

    assert applied(api.post(URL, ask("TEN", "TWENTY")).json()) == [("TEN", 1000), ("TWENTY", second)]


@pytest.mark.parametrize(
    ("rule", "order"), [("JOINT_ALWAYS_LAST", ["KING", "JOINT"]), ("SORTING_RULE", ["JOINT", "KING"])]
)
def test_joint_ones_wait_for_exclusive_ones_if_so_said(api: APIClient, rule: str, order: list[str]) -> None:
    ProjectSettings.objects.update(grouped_redeemables_sorting_rule=rule)
    coupons(CategoryFactory(stacking_type="EXCLUSIVE"), "KING", discount=percent(50))
    coupons(CategoryFactory(stacking_type="JOINT"), "JOINT", discount=percent(5))
    VoucherFactory(code="COMMON")

    body = api.post(URL, ask("COMMON", "JOINT", "KING")).json()

    assert [code for code, _ in applied(body)] == order
    assert skipped(body) == {"COMMON": "exclusion_rules_not_met"}
    assert body["order"]["total_amount"] == 4750


@pytest.mark.parametrize(("mode", "second", "total"), [("STACK", 2000, 14250), ("ONCE", 500, 15750)])
def test_one_product_once(api: APIClient, mode: str, second: int, total: int) -> None:
    """The example of the contract: 10 % on three lines of four, then 500 off every line."""
    ProjectSettings.objects.update(redeemables_products_application_mode=mode)
    advertised = [
        {"object": "product", "source_id": name, "effect": "APPLY_TO_EVERY"}
        for name in ("mug", "poster", "shirt")
    ]
    for code, discount, targets in (
        ("TEN", percent(10), {"included": advertised}),
        ("FIVE", amount(500), {"included_all": True}),
    ):
        voucher = VoucherFactory(code=code, discount={**discount, "effect": "APPLY_TO_ITEMS"})
        made = api.post("/v1/validation-rules", {"name": code, "rules": {}, "applicable_to": targets})
        assert made.status_code == 200, made.json()
        body = {"related_object_id": voucher.public_id, "related_object_type": "voucher"}
        api.post(f"/v1/validation-rules/{made.json()['id']}/assignments", body)
    prices = (("mug", 1000, 2), ("poster", 1500, 3), ("shirt", 2000, 3), ("bottle", 2500, 2))
    items = [{"source_id": name, "price": price, "quantity": count} for name, price, count in prices]

    answer = api.post(URL, ask("TEN", "FIVE", items=items)).json()

    assert applied(answer) == [("TEN", 1250), ("FIVE", second)]
    assert answer["order"]["total_amount"] == total
