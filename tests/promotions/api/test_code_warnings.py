"""A header tells callers whose codes are easy to guess; what they read otherwise stays as it is."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.promotions import CampaignFactory

HEADER = "X-Fanfare-Warning"
DISCOUNT = {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"}
DIGITS = {"charset": "0123456789", "length": 4}


def create(api: APIClient, count: int, config: dict[str, Any]) -> Any:
    voucher = {"type": "DISCOUNT_VOUCHER", "discount": DISCOUNT, "code_config": config}
    return api.post("/v1/campaigns", {"name": "Spring", "vouchers_count": count, "voucher": voucher})


@pytest.mark.parametrize(
    ("count", "config", "said"),
    [
        (50, DIGITS, "of 50 codes, one guess in 200 finds one. Put 9 more #"),
        (50, {}, None),
        (0, DIGITS, None),
    ],
)
def test_of_a_new_campaign(api: APIClient, count: int, config: dict[str, Any], said: str | None) -> None:
    answer = create(api, count, config)

    assert answer.status_code == 200
    told = answer.headers[HEADER]
    assert f"codes_easy_to_guess: Easy to guess: {said}" in told if said else "easy_to_guess" not in told
    assert "warning" not in " ".join(answer.json()).lower()


def test_of_added_codes_counts_those_that_are_there(api: APIClient) -> None:
    CampaignFactory(name="Spring", vouchers_count=30)

    weak = api.post("/v1/campaigns/Spring/vouchers?vouchers_count=20", {"code_config": DIGITS})
    strong = api.post("/v1/campaigns/Spring/vouchers?vouchers_count=20")

    assert (weak.status_code, strong.status_code) == (202, 202)
    assert "of 50 codes, one guess in 200" in weak.headers[HEADER]
    assert HEADER not in strong.headers
    assert set(weak.json()) == {"async_action_id"}
