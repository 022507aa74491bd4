from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import words
from core.models import ProjectSettings
from engine import ReasonKey
from engine.applicability import Applicability, Entry
from engine.items import ItemObject, ItemRef
from promotions import words as promotion_words
from promotions.models import Campaign, PromotionTier, Redemption, Voucher


@pytest.fixture(autouse=True)
def _project(db: None) -> object:
    with words.speaking_for(ProjectSettings(currency="EUR", time_zone="UTC")):
        yield


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("wire", "text"),
    [
        (None, "–"),
        ({"type": "PERCENT", "percent_off": 10}, "10 % off the order"),
        ({"type": "PERCENT", "percent_off": Decimal("12.50")}, "12.5 % off the order"),
        (
            {"type": "PERCENT", "percent_off": 10, "amount_limit": 2000},
            "10 % off the order, at most 20.00 EUR",
        ),
        ({"type": "AMOUNT", "amount_off": 500}, "5.00 EUR off the order"),
        (
            {"type": "AMOUNT", "amount_off": 500, "effect": "APPLY_TO_ITEMS"},
            "5.00 EUR off the items that its rule names",
        ),
        (
            {"type": "UNIT", "unit_off": 1, "unit_type": "prod_1", "product": {"name": "Espresso"}},
            "1 free Espresso, added if missing",
        ),
        ({"type": "UNIT", "unit_off": 1, "unit_type": "prod_1"}, "1 free prod_1, added if missing"),
        (
            {"type": "PERCENT"},
            "not readable: percent_off: a percentage from 0 to 100 with at most 6 decimals is expected",
        ),
    ],
)
def test_discount(wire: dict[str, Any] | None, text: str) -> None:
    assert plain(promotion_words.discount(wire)) == text


def test_a_discount_on_the_items_of_a_rule() -> None:
    coffee = ItemRef(object=ItemObject.COLLECTION, id="pc_1", name="Coffee")
    rule = Applicability(included=(Entry(item=coffee, quantity_limit=2),))

    text = promotion_words.discount({"type": "PERCENT", "percent_off": 10}, rule)

    assert text == "10 % off every item from Coffee (at most 2 units per item)"


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "Running"),
        ({"is_active": False}, "Paused"),
        ({"is_active": False, "lifecycle": "DRAFT"}, "Draft"),
        ({"is_active": False, "lifecycle": "IN_REVIEW"}, "In review"),
        ({"is_active": False, "lifecycle": "CHANGES_REQUESTED"}, "Changes requested"),
        ({"is_active": False, "lifecycle": "REJECTED"}, "Rejected"),
        ({"is_active": False, "lifecycle": "APPROVED"}, "Approved"),
        ({"lifecycle": "SCHEDULED"}, "Running"),
        ({"lifecycle": "LIVE", "ends_at": timedelta(0)}, "Ended"),
        ({"lifecycle": "ENDED", "ends_at": timedelta(1)}, "Running"),
        ({"starts_at": timedelta(1)}, "Scheduled"),
        ({"ends_at": timedelta(0)}, "Ended"),
        ({"starts_at": timedelta(0), "ends_at": timedelta(1)}, "Running"),
        ({"ends_at": timedelta(-1), "is_active": False}, "Paused"),
        ({"deleted_at": timedelta(0)}, "In the bin"),
    ],
)
def test_state_of_a_campaign(values: dict[str, Any], state: str, now: datetime) -> None:
    moved = {name: now + value if isinstance(value, timedelta) else value for name, value in values.items()}

    assert promotion_words.campaign_state(Campaign(**moved), now) == state


def test_state_of_a_code_follows_its_campaign_field_by_field(now: datetime) -> None:
    over = Campaign(ends_at=now - timedelta(1))

    assert promotion_words.voucher_state(Voucher(campaign=over), now) == "Ended"
    longer = Voucher(campaign=over, ends_at=now + timedelta(1))
    assert promotion_words.voucher_state(longer, now) == "Running"
    assert promotion_words.voucher_state(Voucher(campaign=Campaign(is_active=False)), now) == "Paused"
    draft = Campaign(is_active=False, lifecycle="DRAFT")
    assert promotion_words.voucher_state(Voucher(campaign=draft), now) == "Draft"
    assert promotion_words.voucher_state(Voucher(is_active=False), now) == "Disabled"
    used = Voucher(redemption_quantity=1, redeemed_quantity=1)
    assert promotion_words.voucher_state(used, now) == "Used up"


def test_state_of_a_tier_follows_its_campaign(now: datetime) -> None:
    tier = PromotionTier(campaign=Campaign(starts_at=now + timedelta(1)))

    assert promotion_words.tier_state(tier, now) == "Scheduled"


def test_time_limits_in_words() -> None:
    hours = {"daily": [{"days_of_week": [0, 1], "start_time": "09:00", "expiration_time": "11:00"}]}
    repeated = Campaign(timeframe_interval="P1W", timeframe_duration="P1DT4H")

    assert promotion_words.time_limits(Campaign(days_of_week=[0, 6])) == "no time limit; Saturday, Sunday"
    assert (
        promotion_words.time_limits(Campaign(validity_hours=hours))
        == "no time limit; Monday, Sunday 09:00 to 11:00"
    )
    assert promotion_words.time_limits(repeated) == "no time limit; open for 1 day 4 hours every 1 week"


def test_every_reason_of_the_engine_has_plain_words() -> None:
    assert set(ReasonKey) <= set(promotion_words.REFUSALS)
    assert promotion_words.refusal("some_new_reason") == "Some new reason"


def test_the_story_of_an_attempt() -> None:
    saved = Redemption(status="SUCCEEDED", discount_amount=750)
    refused = Redemption(status="FAILED", failure_code="quantity_exceeded")

    assert plain(promotion_words.story(saved)) == "Somebody saved 7.50 EUR."
    assert promotion_words.story(refused) == "Somebody was refused: the code was used as often as it may be."
