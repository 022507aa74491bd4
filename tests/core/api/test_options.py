"""OPTIONS: a browser's preflight is answered where browsers call, and nowhere else."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["customers", "orders", "vouchers", "redemptions", "validations"])
def test_the_server_api_describes_nothing(api: APIClient, path: str) -> None:
    answer = api.options(f"/v1/{path}")

    assert (answer.status_code, answer.json()["key"]) == (405, "method_not_allowed")


def test_a_preflight_needs_no_key(anonymous: APIClient) -> None:
    answer = anonymous.options("/client/v1/validations", headers={"Origin": "https://shop.example"})

    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "X-Client-Token" in answer["Access-Control-Allow-Headers"]
    assert "Idempotency-Key" in answer["Access-Control-Allow-Headers"]
    assert answer["Access-Control-Expose-Headers"] == "Idempotent-Replayed, Retry-After"
