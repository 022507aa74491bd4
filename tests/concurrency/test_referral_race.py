"""A friend counts once and for one referrer; no reward is given twice or before its day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from loyalty.models import LoyaltyCard
from promotions.models import Campaign, Voucher
from promotions.selectors import reconcile
from referrals.models import Referral, ReferralReward
from referrals.services import converting, reversing, rewarding
from referrals.services.converting import Converted
from tests.factories.commerce import CustomerFactory
from tests.referrals.world import ACTOR, code_of, each, minimum, points, programme

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.fixture
def friends(api: APIClient) -> Campaign:
    return programme(api)


def comes(code: str, referee: Customer, now: datetime) -> Callable[[], bool]:
    """The referee converts by this code: whether that counted."""
    voucher = Voucher.objects.select_related("campaign").get(code=code)
    found = Converted(voucher=voucher, referee=referee, cause=Referral.Cause.EVENT, at=now)
    return lambda: converting.convert(found, actor=ACTOR, now=now) is not None


def balance_of(person: str) -> int:
    return LoyaltyCard.objects.get(voucher__holder__source_id=person).balance


def nothing_is_wrong(now: datetime) -> None:
    assert list(reconcile.differences(now=now, only=["referrals", "points", "points-ledger"])) == []


def test_a_friend_is_claimed_by_one_of_eight_referrers(
    api: APIClient, friends: Campaign, at_once: AtOnce, now: datetime
) -> None:
    each(friends, points(api, 100))
    codes = [code_of(api, friends, f"rita-{n}") for n in range(8)]
    paul = CustomerFactory(source_id="paul")

    answers = at_once([comes(code, paul, now) for code in codes])

    assert sorted(answers) == [False] * 7 + [True]
    assert Referral.objects.count() == 1
    assert [row.balance for row in LoyaltyCard.objects.all()] == [100]
    nothing_is_wrong(now)


def test_eight_friends_at_once_reach_a_minimum_once(
    api: APIClient, friends: Campaign, at_once: AtOnce, now: datetime
) -> None:
    each(friends, points(api, 100))
    minimum(friends, points(api, 1_000), 5)
    code = code_of(api, friends, "rita")
    people = [CustomerFactory(source_id=f"paul-{n}") for n in range(8)]

    answers = at_once([comes(code, person, now) for person in people])

    assert answers == [True] * 8
    given = ReferralReward.objects.filter(state="PAID").values_list("tier__name", flat=True)
    assert sorted(given) == ["5 friends"] + ["Each"] * 8
    assert sorted(LoyaltyCard.objects.values_list("balance", flat=True)) == [800, 1_000]
    nothing_is_wrong(now)


def test_two_who_recommend_each_other_do_not_wait_for_each_other(
    api: APIClient, friends: Campaign, at_once: AtOnce, now: datetime
) -> None:
    codes = {name: code_of(api, friends, name) for name in ("rita", "rob")}
    people = {one.source_id: one for one in Customer.objects.all()}

    at_once([comes(codes["rita"], people["rob"], now), comes(codes["rob"], people["rita"], now)] * 4)

    states = sorted(Referral.objects.values_list("state", flat=True))
    assert states.count("ACCEPTED") == 1, states
    assert set(states) == {"ACCEPTED", "REFUSED"}
    nothing_is_wrong(now)


def test_eight_workers_give_a_reward_once(api: APIClient, at_once: AtOnce, now: datetime) -> None:
    friends = programme(api, delay_days=14)
    each(friends, points(api, 100))
    comes(code_of(api, friends, "rita"), CustomerFactory(source_id="paul"), now)()
    row = ReferralReward.objects.get()
    due = now + timedelta(days=14)

    early = at_once(
        [lambda: rewarding.give(reward_id=row.pk, actor=ACTOR, now=due - timedelta(seconds=1))] * 8
    )
    assert not any(early)
    answers = at_once([lambda: rewarding.give(reward_id=row.pk, actor=ACTOR, now=due)] * 8)

    assert sorted(answers) == [False] * 7 + [True]
    assert balance_of("rita") == 100
    nothing_is_wrong(due)


def test_what_comes_back_on_the_day_is_paid_or_taken_back_and_never_both(
    api: APIClient, at_once: AtOnce, now: datetime
) -> None:
    friends = programme(api, delay_days=14)
    each(friends, points(api, 100))
    code = code_of(api, friends, "rita")
    for n in range(6):
        comes(code, CustomerFactory(source_id=f"paul-{n}"), now)()
    due = now + timedelta(days=14)
    rewards = list(ReferralReward.objects.order_by("pk"))

    at_once(
        [
            call
            for row in rewards
            for call in (
                lambda pk=row.pk: rewarding.give(reward_id=pk, actor=ACTOR, now=due),
                lambda pk=row.referral_id: reversing.reverse(
                    referral_id=pk, reason="Came back", actor=ACTOR, now=due
                ),
            )
        ]
    )

    states = list(ReferralReward.objects.values_list("state", flat=True))
    assert set(states) <= {"PAID", "CANCELLED"}
    assert set(Referral.objects.values_list("state", flat=True)) == {"REVERSED"}
    paid = LoyaltyCard.objects.filter(voucher__holder__source_id="rita").first()
    assert (paid.balance if paid else 0) == 100 * states.count("PAID")
    nothing_is_wrong(due)
