"""Holds between a basket and its payment. Contract: semantics-core 10."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from core.errors import NotFound
from promotions.models import BudgetCampaign, Counter, HeldCount, Hold, ValidationSession, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import redemptions, sessions, validations
from promotions.services.validations import DecisionSpec, SessionSpec
from tests.factories.budgets import BudgetFactory
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import CampaignFactory, RuleAssignmentFactory, ValidationRuleFactory
from tests.promotions.conftest import AMOUNT_500, MakeVoucher

pytestmark = pytest.mark.django_db


def spec(*codes: str, key: str | None = None, credits: int | None = None, **values: Any) -> DecisionSpec:
    return DecisionSpec(
        redeemables=tuple(Requested(object="voucher", id=code, credits=credits) for code in codes),
        order=values.pop("order", OrderSpec(amount=10_000)),
        session=None if key is None else SessionSpec(key=key, **values),
    )


@pytest.fixture
def lock(actor: Actor, now: datetime) -> Any:
    def run(*codes: str, key: str, at: datetime | None = None, **values: Any) -> sessions.Validated:
        return sessions.validate(spec=spec(*codes, key=key, **values), actor=actor, now=at or now)

    return run


def test_a_quantity_of_four_is_held_four_times(lock: Any, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN", redemption_quantity=4)

    locked = [lock("TEN", key=f"s{number}").decision.outcome.valid for number in range(5)]

    assert locked == [True, True, True, True, False]
    assert Voucher.objects.get().held_quantity == Hold.objects.count() == 4


def test_what_is_held_is_there_for_its_session_only(
    lock: Any, make_voucher: MakeVoucher, actor: Actor, now: datetime
) -> None:
    make_voucher("TEN")
    lock("TEN", key="mine")

    with pytest.raises(NotRedeemable) as refused:
        redemptions.redeem(spec=spec("TEN", key="yours"), actor=actor, now=now)
    redeemed = redemptions.redeem(spec=spec("TEN", key="mine"), actor=actor, now=now)

    assert refused.value.key == "quantity_exceeded"
    assert len(redeemed.redemptions) == 1
    voucher = Voucher.objects.get()
    assert (voucher.redeemed_quantity, voucher.held_quantity, Hold.objects.count()) == (1, 0, 0)


def test_credits_are_held_and_paid(lock: Any, actor: Actor, now: datetime) -> None:
    card = GiftCardFactory(code="GIFT", code_key="GIFT", gift_amount=1000)
    lock("GIFT", key="s1", credits=700)

    more = validations.validate(spec=spec("GIFT", credits=400), actor=actor, now=now).outcome.steps[0]
    rest = validations.validate(spec=spec("GIFT", credits=300), actor=actor, now=now).outcome.steps[0]
    redemptions.redeem(spec=spec("GIFT", key="s1", credits=700), actor=actor, now=now)

    assert more.reason is not None
    assert more.reason.key == "gift_amount_exceeded"
    assert rest.credits_taken == 300
    card.refresh_from_db()
    assert (card.gift_balance, card.gift_held, card.held_quantity) == (300, 0, 0)


def test_the_same_key_replaces_what_it_held(lock: Any, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN", redemption_quantity=1)
    make_voucher("FIVE", discount=AMOUNT_500, redemption_quantity=1)
    lock("TEN", key="s")

    lock("FIVE", key="s")

    held = dict(Voucher.objects.values_list("code", "held_quantity"))
    assert held == {"TEN": 0, "FIVE": 1}
    assert ValidationSession.objects.count() == 1


def test_an_expired_hold_gives_way_at_once(
    lock: Any, make_voucher: MakeVoucher, actor: Actor, now: datetime
) -> None:
    make_voucher("TEN")
    lock("TEN", key="s", ttl=10, ttl_unit="SECONDS")
    over = now + timedelta(seconds=10)

    with pytest.raises(NotRedeemable):
        redemptions.redeem(spec=spec("TEN"), actor=actor, now=over - timedelta(microseconds=1))
    redemptions.redeem(spec=spec("TEN"), actor=actor, now=over)

    assert Voucher.objects.get().redeemed_quantity == 1
    assert Hold.objects.count() == 0


def test_released_by_hand(lock: Any, make_voucher: MakeVoucher, actor: Actor, now: datetime) -> None:
    make_voucher("TEN")
    lock("TEN", key="s")

    sessions.release(code="TEN", session_key="s", actor=actor, now=now)

    assert Voucher.objects.get().held_quantity == 0
    assert not ValidationSession.objects.exists()
    with pytest.raises(NotFound):
        sessions.release(code="TEN", session_key="s", actor=actor, now=now)


def test_the_job_tidies_what_is_over(
    lock: Any, make_voucher: MakeVoucher, actor: Actor, now: datetime
) -> None:
    make_voucher("TEN", redemption_quantity=9)
    lock("TEN", key="short", ttl=1, ttl_unit="MINUTES")
    lock("TEN", key="long")

    assert sessions.tidy_away(now=now + timedelta(minutes=1)) == 1

    assert Voucher.objects.get().held_quantity == 1
    assert list(ValidationSession.objects.values_list("key", flat=True)) == ["long"]


def test_a_live_hold_is_paid_although_others_reached_the_limits(
    lock: Any, make_voucher: MakeVoucher, actor: Actor, now: datetime
) -> None:
    """A rule (two redemptions of the campaign) and a budget of 20.00: others use what is not held."""
    campaign = CampaignFactory(discount={"type": "AMOUNT", "amount_off": 1000, "effect": "APPLY_TO_ORDER"})
    budget = BudgetFactory(limit=2000)
    BudgetCampaign.objects.get_or_create(budget=budget, campaign=campaign)
    rule = ValidationRuleFactory(
        rules={
            "1": {"name": "campaign.redemptions.count", "conditions": {"$less_than_or_equal": [2]}},
            "logic": "1",
        }
    )
    RuleAssignmentFactory(rule=rule, campaign=campaign)
    for code in "ABC":
        make_voucher(code, campaign=campaign, discount=None)
    lock("A", key="cart")
    redemptions.redeem(spec=spec("B"), actor=actor, now=now)

    with pytest.raises(NotRedeemable):
        redemptions.redeem(spec=spec("C"), actor=actor, now=now)
    redemptions.redeem(spec=spec("A", key="cart"), actor=actor, now=now)

    counters = {row.name: (row.value, row.held) for row in Counter.objects.all()}
    assert counters == {"campaign.redemptions.count": (2, 0), "used": (2000, 0)}
    assert not HeldCount.objects.exists()
