from __future__ import annotations

from typing import Any

import pytest

from promotions import evidence

SPACE = "\N{NO-BREAK SPACE}"


def content(percent: float, **more: Any) -> dict[str, Any]:
    return {"discount": {"type": "PERCENT", "percent_off": percent}, **more}


@pytest.mark.django_db
def test_the_same_orders_with_another_percentage_cost_in_proportion() -> None:
    said = evidence.estimate(content(15), content(30), 1_000).replace(SPACE, " ")

    assert said.startswith("With 30 % instead of 15 % the same orders would have cost about 20.00 ")


@pytest.mark.parametrize(
    ("base", "proposal"),
    [
        (content(15), content(15)),
        (None, content(30)),
        (content(15), None),
        ({"discount": {"type": "AMOUNT", "amount_off": 500}}, content(30)),
    ],
)
def test_what_cannot_be_compared_is_not_estimated(base: Any, proposal: Any) -> None:
    assert evidence.estimate(base, proposal, 1_000) == ""


def test_warnings_say_what_people_overlook() -> None:
    facts = {"discount_percent": 50, "has_no_budget": True, "is_for_everybody": True}

    found = evidence.warnings({"campaign_type": "DISCOUNT_COUPONS"}, facts)

    assert [one.split(" ")[0] for one in found] == ["50", "No", "It", "It", "Each"]


def test_a_careful_campaign_has_no_warnings() -> None:
    careful = {
        "campaign_type": "DISCOUNT_COUPONS",
        "expiration_date": "2026-04-01T00:00:00Z",
        "redemption_quantity": 1,
    }
    facts = {"discount_percent": 49.9, "has_no_budget": False, "is_for_everybody": False}

    assert evidence.warnings(careful, facts) == []
