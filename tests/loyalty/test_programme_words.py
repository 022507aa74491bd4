"""What people read about a programme, word by word."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from loyalty import programme_words
from loyalty.models import EarningRule, LoyaltyTier, TierMapping
from promotions.models import Campaign, Reward, RewardAssignment

pytestmark = pytest.mark.django_db  # the currency is the project's


def said(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (None, "Points do not expire"),
        ({"period_type": "MONTH", "period_value": 12}, "Points expire 12 months after they were earned"),
        ({"period_type": "MONTH", "period_value": 0}, "Points expire on the day on which they were earned"),
        (
            {"period_type": "MONTH", "period_value": 1, "rounding_type": "END_OF_QUARTER"},
            "Points expire 1 month after they were earned, at the end of that quarter",
        ),
        (
            {
                "period_type": "MONTH",
                "period_value": 6,
                "rounding_type": "PARTICULAR_MONTH",
                "rounding_value": 3,
            },
            "Points expire 6 months after they were earned, at the end of the next March",
        ),
        (
            {"period_type": "FIXED_DAY_OF_YEAR", "fixed_month": 12, "fixed_day": 31},
            "Points expire every year on 31 December",
        ),
        (
            {"period_type": "INACTIVITY", "period_value": 18},
            "Points expire 18 months after points were last earned or spent",
        ),
    ],
)
def test_says_when_points_expire(rules: Any, expected: str) -> None:
    assert programme_words.expiry(rules) == expected


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (None, "By the points on the card, and lost as soon as these fall below it."),
        (
            {
                "qualification_type": "BALANCE",
                "expiration_date": {"type": "CUSTOM", "extend": "P3M"},
            },
            "By the points on the card, and held for 3 months.",
        ),
        (
            {
                "qualification_type": "POINTS_IN_PERIOD",
                "qualification_period": "YEAR",
                "start_date": {"type": "IMMEDIATE"},
                "expiration_date": {"type": "END_OF_NEXT_PERIOD"},
            },
            "By points collected in a calendar year; held at once, to the end of the next calendar year.",
        ),
        (
            {
                "qualification_type": "POINTS_IN_PERIOD",
                "qualification_period": "MONTH",
                "start_date": {"type": "NEXT_PERIOD"},
                "expiration_date": {"type": "END_OF_PERIOD", "extend": "P7D"},
            },
            "By points collected in a calendar month; held from the next calendar month on, to the end of "
            "that calendar month and 7 days.",
        ),
    ],
)
def test_says_how_tiers_are_reached(wire: Any, expected: str) -> None:
    assert programme_words.tiers(wire) == expected


@pytest.mark.parametrize(
    ("loyalty", "expected"),
    [
        ({"type": "FIXED", "points": 100}, "100 points"),
        (
            {"type": "FIXED", "points": 5, "points_formula": "ORDER_AMOUNT/100"},
            "Calculated points, else 5 points",
        ),
        (
            {
                "type": "PROPORTIONAL",
                "calculation_type": "ORDER_TOTAL_AMOUNT",
                "order": {"total_amount": {"every": 100, "points": 1}},
            },
            "1 point for every 1.00 EUR paid after discounts",
        ),
        (
            {
                "type": "PROPORTIONAL",
                "calculation_type": "ORDER_ITEMS_QUANTITY",
                "order_items": {
                    "quantity": {
                        "every": 2,
                        "points": 3,
                        "applicable_to": [
                            {"object": "product", "id": "prod_1"},
                            {"object": "sku", "id": "sku_1"},
                        ],
                    }
                },
            },
            "3 points for every 2 units of Beans and Filter bought",
        ),
        (
            {
                "type": "PROPORTIONAL",
                "calculation_type": "ORDER_ITEMS_SUBTOTAL_AMOUNT",
                "order_items": {"subtotal_amount": {"every": 1000, "points": 5}},
            },
            "5 points for every 10.00 EUR paid for all items after discounts",
        ),
        (
            {
                "type": "PROPORTIONAL",
                "calculation_type": "CUSTOM_EVENT_METADATA",
                "custom_event": {"metadata": {"every": 1, "points": 2, "property": "stars"}},
            },
            "2 points for every 1 of the event's “stars”",
        ),
    ],
)
def test_says_what_a_rule_gives(loyalty: dict[str, Any], expected: str) -> None:
    names = {"product:prod_1": "Beans", "sku:sku_1": "Filter"}

    assert said(programme_words.ratio(loyalty, names)) == expected


def test_says_what_triggers_a_rule() -> None:
    def trigger(event: str, **values: Any) -> str:
        return programme_words.trigger(EarningRule(event=event, loyalty={}, **values), {"ltr_1": "Gold"})

    assert trigger("order.paid") == "When an order is paid"
    assert trigger("review_written") == "When the event “review_written” comes in"
    assert trigger("customer.loyalty.tier.upgraded") == "When a member rises to a tier"
    assert trigger("customer.loyalty.tier.upgraded", loyalty_tier_id="ltr_1") == "When a member rises to Gold"


def test_says_what_limits_a_rule() -> None:
    rule = EarningRule(
        event="order.paid",
        loyalty={},
        pending_days=14,
        caps=[
            {"per": "CARD", "period": "DAY", "points": 500},
            {"per": "PROGRAMME", "period": "EVER", "points": 10_000},
        ],
    )

    assert programme_words.more(rule) == [
        "Usable after 14 days",
        "At most 500 points a day on one card and 10,000 points in all in the whole programme",
    ]


def test_says_what_a_tier_is_and_changes() -> None:
    Type = TierMapping.Type

    assert programme_words.thresholds(LoyaltyTier(points_from=0, points_to=999)) == "0 – 999 points"
    assert programme_words.thresholds(LoyaltyTier(points_from=5000)) == "from 5,000 points on"
    assert programme_words.mapping(TierMapping(type=Type.MULTIPLY, multiplier=Decimal("1.500000"))) == "× 1.5"
    assert programme_words.mapping(TierMapping(type=Type.CUSTOM, points=20)) == "20 points"
    assert programme_words.mapping(TierMapping(type=Type.NOT_AVAILABLE)) == "not for this tier"


def test_says_what_a_reward_gives() -> None:
    cards = Campaign(name="Cards", campaign_type=Campaign.CampaignType.GIFT_VOUCHERS)
    coin = Reward(name="Pay", type=Reward.Type.COIN, points_ratio=100, exchange_ratio=Decimal("1.5"))
    coupon = Reward(name="Five off", type=Reward.Type.CAMPAIGN, campaign=Campaign(name="Five"))
    gift = Reward(name="Ten", type=Reward.Type.CAMPAIGN, campaign=cards, balance=1000)

    assert said(programme_words.reward(coin)) == "Pays orders: 100 points are worth 1.50 EUR"
    assert programme_words.reward(coupon) == "A code of Five"
    assert said(programme_words.reward(gift)) == "10.00 EUR on a card of Cards"
    assert programme_words.stock(RewardAssignment(reward=gift, redeemed=3)) == "3 given, no limit"
    assert programme_words.stock(RewardAssignment(reward=gift, redeemed=3, stock=5)) == "3 of 5 given"
    assert programme_words.price(RewardAssignment(reward=coin)) == "as many as members want"


def test_days_stay_in_one_line() -> None:
    assert programme_words.day(date(2026, 11, 24)) == "24\N{NO-BREAK SPACE}Nov\N{NO-BREAK SPACE}2026"
    assert programme_words.day(None) == "–"
