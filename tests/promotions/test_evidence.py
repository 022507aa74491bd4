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
    facts = {"discount_percent": 50, "is_for_everybody": True}
    terms = {"campaign_type": "DISCOUNT_COUPONS", "discount": {"type": "PERCENT", "percent_off": 50}}

    assert evidence.warnings(terms, facts) == [
        "50 % off: half of the price or more.",
        "Its percentage has no maximum: the larger the order, the more it gives.",
        "Nothing limits how often one customer gets it.",
        "Nothing limits what it may cost: it has no budget and no limit of uses.",
        "It has no end.",
        "It names no segment: everybody can have it.",
        "Each code can be used without a limit.",
    ]


def test_what_an_older_release_wrote_is_no_reason_to_fail() -> None:
    old = {"campaign_type": "PROMOTION", "tiers": [{"name": "No discount"}], "expiration_date": "2026-04-01"}

    assert evidence.warnings(old, {}) == []


def test_a_careful_campaign_has_no_warnings() -> None:
    careful = {
        "campaign_type": "DISCOUNT_COUPONS",
        "expiration_date": "2026-04-01T00:00:00Z",
        "redemption_quantity": 1,
        "discount": {"type": "PERCENT", "percent_off": 49.9, "amount_limit": 500},
        "budgets": [{"name": "Season", "limit": 1, "measure": "DISCOUNT", "per": "TOTAL", "active": True}],
    }
    facts = {"discount_percent": 49.9, "is_for_everybody": False}

    assert evidence.warnings(careful, facts) == []
