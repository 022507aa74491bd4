"""A hold that lives over the end of a day, week or month: it redeems, and the new period's limit holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from promotions.models import Budget, BudgetCampaign, Campaign, Counter, HeldCount
from promotions.redeemables import NotRedeemable, Requested
from promotions.selectors import reconcile
from promotions.services import redemptions, sessions
from promotions.services.validations import DecisionSpec, SessionSpec
from tests.factories.budgets import BudgetFactory
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import (
    CampaignFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
)

pytestmark = pytest.mark.django_db

NIGHT = timedelta(hours=24)


def rule(campaign: Campaign, name: str) -> None:
    document = {"1": {"name": name, "conditions": {"$less_than_or_equal": [2]}}}
    RuleAssignmentFactory(campaign=campaign, rule=ValidationRuleFactory(rules=document))


def budget(campaign: Campaign, **values: Any) -> None:
    BudgetCampaign.objects.create(budget=BudgetFactory(period=Budget.Period.DAY, **values), campaign=campaign)


LIMITS: dict[str, Callable[[Campaign], None]] = {
    "of the campaign": lambda campaign: rule(campaign, "campaign.redemptions.count.daily"),
    "of the code": lambda campaign: rule(campaign, "redemption.count.daily"),
    "of the customer": lambda campaign: rule(campaign, "campaign.redemptions.customers_count.daily"),
    "of the customer with the code": lambda campaign: rule(campaign, "redemption.count.per_customer.daily"),
    "of a budget": lambda campaign: budget(campaign, limit=1_000),
    "of a budget of each customer": lambda campaign: budget(campaign, limit=1_000, per=Budget.Per.CUSTOMER),
}


@pytest.fixture
def campaign() -> Campaign:
    """5.00 off with a code that everybody may use as often as the day's limit lets him: twice."""
    found: Campaign = CampaignFactory(discount=amount(500))
    VoucherFactory(code="OPEN", campaign=found, discount=None)
    CustomerFactory(source_id="anna")
    return found


def spec(key: str = "") -> DecisionSpec:
    return DecisionSpec(
        redeemables=(Requested(object="voucher", id="OPEN"),),
        order=OrderSpec(amount=10_000),
        customer={"source_id": "anna"},
        session=SessionSpec(key=key, ttl=3, ttl_unit="DAYS") if key else None,
    )


def uses(actor: Actor, at: datetime, key: str = "") -> int:
    try:
        redemptions.redeem(spec=spec(key), actor=actor, now=at)
    except NotRedeemable:
        return 0
    return 1


def held() -> dict[str, int]:
    return dict(Counter.objects.exclude(period="").order_by("period").values_list("period", "held"))


def differences(now: datetime) -> list[str]:
    return [str(one) for one in reconcile.differences(now=now, only=reconcile.CHECKS_BY_NAME)]


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("nights", [1, 2])
def test_it_redeems_although_others_used_what_was_left(
    campaign: Campaign, actor: Actor, now: datetime, limit: str, nights: int
) -> None:
    LIMITS[limit](campaign)
    assert sessions.validate(spec=spec("cart"), actor=actor, now=now).session is not None
    days = [now + number * NIGHT for number in range(nights + 1)]

    others = [sum(uses(actor, day) for _ in range(3)) for day in days]
    mine = uses(actor, days[-1], "cart")

    assert others == [1] * len(days)
    assert mine == 1
    assert set(held().values()) == {0}
    assert not HeldCount.objects.exists()
    assert differences(days[-1]) == []


def test_it_is_carried_once_and_given_back_everywhere(
    campaign: Campaign, actor: Actor, now: datetime
) -> None:
    LIMITS["of the campaign"](campaign)
    sessions.validate(spec=spec("cart"), actor=actor, now=now)
    assert uses(actor, now + NIGHT) == 1
    assert uses(actor, now + 2 * NIGHT) == 1
    assert held() == {"2026-03-10": 1, "2026-03-11": 1, "2026-03-12": 1}
    assert differences(now + 2 * NIGHT) == []

    sessions.release_session(session_key="cart", actor=actor, now=now + 2 * NIGHT)

    assert set(held().values()) == {0}
    assert uses(actor, now + 2 * NIGHT) == 1


def test_one_that_ended_keeps_nothing_of_the_next_day(
    campaign: Campaign, actor: Actor, now: datetime
) -> None:
    LIMITS["of the campaign"](campaign)
    sessions.validate(spec=spec("cart"), actor=actor, now=now)
    later = now + 4 * NIGHT

    assert [uses(actor, later) for _ in range(3)] == [1, 1, 0]
    assert differences(later) == []
