"""`POST /v1/vouchers/{code}`: exactly this code."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from promotions.models import Voucher
from tests.factories.promotions import VoucherFactory
from tests.promotions.api.catalogue import PERCENT, audited, refused, told


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("SUMMER", "SUMMER"),
        ("SUMMER/", "SUMMER"),
        ("a%20b%2Fc", "a b/c"),
        ("100%25", "100%"),
        ("%C5%BC%C3%B3%C5%82%C4%87", "żółć"),
        ("a+b", "a+b"),
        ("tiers", "tiers"),
    ],
)
def test_creates_the_code_of_the_path(api: APIClient, path: str, code: str) -> None:
    answer = api.post(f"/v1/vouchers/{path}", {"discount": PERCENT, "code": "OTHER"})

    assert answer.status_code == 200
    assert answer.json()["code"] == code
    assert Voucher.objects.get().code == code
    assert api.get(f"/v1/vouchers/{path}").json()["id"] == answer.json()["id"]
    assert told() == audited() == ["voucher.created"]


def test_refuses_a_taken_code(api: APIClient) -> None:
    VoucherFactory(code="SUMMER")

    refused(api.post("/v1/vouchers/SUMMER", {"discount": PERCENT}), 409, "duplicate_found")
    assert Voucher.objects.count() == 1
    assert told() == []


def test_refuses_a_code_without_discount(api: APIClient) -> None:
    refused(api.post("/v1/vouchers/SUMMER", {}), 400, "invalid_voucher")
    assert not Voucher.objects.exists()
