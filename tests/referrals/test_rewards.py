"""Rewards of referrals: when they are given, to whom, and what becomes of them when goods come back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone
from rest_framework.test import APIClient

from commerce.models import Order
from core.models import AuditEntry, OutboxEvent
from loyalty.models import LoyaltyCard
from promotions.models import Campaign, Redemption, Reward
from referrals.models import Referral, ReferralReward, ReferrerTier
from referrals.services import rewarding
from tests.factories.commerce import ProductFactory
from tests.referrals.world import ACTOR, NOW, code_of, comes, coupon, each, minimum, points, programme
from tests.telling import tell

pytestmark = pytest.mark.django_db


def balance_of(person: str) -> int:
    card = LoyaltyCard.objects.filter(voucher__holder__source_id=person).first()
    return 0 if card is None else card.balance


def states() -> list[str]:
    return list(ReferralReward.objects.order_by("pk").values_list("state", flat=True))


def give_all(now: datetime) -> None:
    while rewarding.give_due(now=now):
        pass


class TestWaiting:
    @pytest.fixture
    def code(self, api: APIClient) -> str:
        friends = programme(api, delay_days=14)
        each(friends, points(api, 100))
        return code_of(api, friends, "rita")

    def test_a_reward_waits_until_the_goods_can_no_longer_come_back(self, api: APIClient, code: str) -> None:
        comes(api, code, "paul")
        tell()
        row = ReferralReward.objects.get()
        assert (row.state, balance_of("rita")) == ("PENDING", 0)

        give_all(row.due_at - timedelta(seconds=1))
        assert (states(), balance_of("rita")) == (["PENDING"], 0)
        give_all(row.due_at)
        give_all(row.due_at + timedelta(days=1))

        assert (states(), balance_of("rita")) == (["PAID"], 100)
        assert row.due_at - Referral.objects.get().created_at == timedelta(days=14)
        assert (
            OutboxEvent.objects.filter(
                name="customer.rewarded", payload__referral_reward_id=row.public_id
            ).count()
            == 1
        )

    def test_a_rollback_before_that_costs_nothing(self, api: APIClient, code: str) -> None:
        comes(api, code, "paul")
        tell()
        redemption = Redemption.objects.get()
        answer = api.post(f"/v1/redemptions/{redemption.public_id}/rollback", {}, format="json")
        assert answer.status_code == 200, answer.content
        tell()

        give_all(timezone.now() + timedelta(days=30))

        assert (states(), balance_of("rita")) == (["CANCELLED"], 0)
        row = Referral.objects.get()
        assert row.state == "REVERSED"
        # The rollback cancels the order, too: who is told first says why.
        assert row.reason in ("The redemption was rolled back.", "The order was cancelled.")
        assert AuditEntry.objects.filter(action="referral.reversed").count() == 1

    def test_coming_again_after_that_brings_nothing(self, api: APIClient, code: str) -> None:
        comes(api, code, "paul")
        tell()
        redemption = Redemption.objects.get()
        api.post(f"/v1/redemptions/{redemption.public_id}/rollback", {}, format="json")
        comes(api, code, "paul", amount=20_000)
        tell()

        give_all(timezone.now() + timedelta(days=30))

        assert balance_of("rita") == 0
        assert Referral.objects.count() == 1


class TestComingBack:
    def bought(self, api: APIClient, code: str, person: str, quantity: int = 2) -> Order:
        product = ProductFactory(price=5_000)
        body = {
            "redeemables": [{"object": "voucher", "id": code}],
            "customer": {"source_id": person},
            "order": {
                "source_id": f"o-{person}",
                "items": [{"product_id": product.public_id, "quantity": quantity, "price": 5_000}],
            },
        }
        answer = api.post("/v1/redemptions", body, format="json")
        assert answer.status_code == 200, answer.content
        tell()
        return Order.objects.get(source_id=f"o-{person}")

    def comes_back(self, api: APIClient, order: Order, quantity: int) -> None:
        body = {"items": [{"position": 0, "quantity": quantity}]}
        answer = api.post(f"/v1/orders/{order.public_id}/returns", body, format="json")
        assert answer.status_code < 300, answer.content
        tell()

    @pytest.fixture
    def friends(self, api: APIClient) -> Campaign:
        reward = points(api, 1)
        assert reward.campaign is not None
        parent = {"id": reward.campaign.public_id, "object": "CAMPAIGN"}
        return programme(
            api,
            delay_days=14,
            referee_reward={"related_object_parent": parent, "type": "LOYALTY_CARD", "amount": 250},
        )

    def test_a_part_keeps_the_referral_and_the_whole_order_takes_it_back(
        self, api: APIClient, friends: Campaign
    ) -> None:
        each(friends, coupon())
        order = self.bought(api, code_of(api, friends, "rita"), "paul")
        assert balance_of("paul") == 250

        self.comes_back(api, order, 1)
        assert (Referral.objects.get().state, balance_of("paul")) == ("ACCEPTED", 250)
        self.comes_back(api, order, 1)

        assert (Referral.objects.get().state, balance_of("paul")) == ("REVERSED", 0)
        assert dict(ReferralReward.objects.values_list("customer__source_id", "state")) == {
            "paul": "TAKEN_BACK",
            "rita": "CANCELLED",
        }

    def test_what_the_referrer_has_he_keeps(self, api: APIClient, friends: Campaign) -> None:
        each(friends, points(api, 100))
        order = self.bought(api, code_of(api, friends, "rita"), "paul")
        give_all(timezone.now() + timedelta(days=15))

        self.comes_back(api, order, 2)

        assert (balance_of("rita"), balance_of("paul")) == (100, 0)

    def test_a_minimum_that_is_not_reached_any_more_is_cancelled_and_reached_anew(
        self, api: APIClient, friends: Campaign
    ) -> None:
        minimum(friends, coupon(), 2)
        code = code_of(api, friends, "rita")
        order = self.bought(api, code, "paul")
        self.bought(api, code, "pia")
        of_rita = ReferralReward.objects.filter(tier__isnull=False).order_by("pk")
        assert list(of_rita.values_list("state", flat=True)) == ["PENDING"]

        self.comes_back(api, order, 2)
        assert list(of_rita.values_list("state", flat=True)) == ["CANCELLED"]
        self.bought(api, code, "pit")

        assert list(of_rita.values_list("state", flat=True)) == ["CANCELLED", "PENDING"]

    def test_a_programme_may_leave_referrals_alone(self, api: APIClient, friends: Campaign) -> None:
        answer = api.put(
            f"/v1/campaigns/{friends.public_id}",
            {"referral_program": {"reverse_on_return": False}},
            format="json",
        )
        assert answer.status_code == 200, answer.content
        order = self.bought(api, code_of(api, friends, "rita"), "paul")

        self.comes_back(api, order, 2)

        assert (Referral.objects.get().state, balance_of("paul")) == ("ACCEPTED", 250)


class TestHowMuch:
    def test_a_referrer_gets_so_many_in_a_period(self, api: APIClient) -> None:
        friends = programme(api, most_rewards=2, period="MONTH")
        each(friends, points(api, 100))
        code = code_of(api, friends, "rita")
        for person in ("p1", "p2", "p3"):
            comes(api, code, person)
            tell()

        assert (balance_of("rita"), states()) == (200, ["PAID", "PAID", "SKIPPED"])
        assert Referral.objects.filter(state="ACCEPTED").count() == 3

    def test_what_is_not_there_is_given_once_it_is(self, api: APIClient) -> None:
        friends = programme(api)
        reward = points(api, 100)
        Reward.objects.filter(pk=reward.pk).update(stock=1)
        each(friends, reward)
        code = code_of(api, friends, "rita")
        for person in ("p1", "p2"):
            comes(api, code, person)
            tell()
        assert balance_of("rita") == 100
        waits = ReferralReward.objects.get(state="PENDING")
        assert waits.problem == "There is nothing left of 100 points."

        Reward.objects.filter(pk=reward.pk).update(stock=2)
        give_all(timezone.now() + timedelta(minutes=59))
        assert balance_of("rita") == 100
        give_all(timezone.now() + timedelta(minutes=61))

        assert (balance_of("rita"), states()) == (200, ["PAID", "PAID"])

    def test_a_product_waits_for_somebody_to_hand_it_over(self, api: APIClient) -> None:
        friends = programme(api)
        mug = Reward.objects.create(
            name="A mug", type=Reward.Type.MATERIAL, product=ProductFactory(), created_at=NOW
        )
        each(friends, mug)
        comes(api, code_of(api, friends, "rita"), "paul")
        tell()
        row = ReferralReward.objects.get()
        assert row.state == "TO_HAND_OVER"

        assert rewarding.hand_over(reward_id=row.pk, actor=ACTOR, now=timezone.now())
        assert not rewarding.hand_over(reward_id=row.pk, actor=ACTOR, now=timezone.now())

        assert states() == ["PAID"]


def test_the_database_refuses_a_reward_before_its_day(api: APIClient) -> None:
    friends = programme(api, delay_days=14)
    each(friends, points(api, 100))
    comes(api, code_of(api, friends, "rita"), "paul")
    tell()
    row: Any = ReferralReward.objects.get()
    row.state, row.paid_at = "PAID", row.due_at - timedelta(seconds=1)

    with pytest.raises(IntegrityError, match="not_before_due"):
        row.save()


def test_a_clone_offers_the_same_rewards_and_has_nobody(api: APIClient) -> None:
    friends = programme(api, delay_days=14)
    each(friends, points(api, 100))
    minimum(friends, coupon(), 5)
    comes(api, code_of(api, friends, "rita"), "paul")
    tell()

    answer = api.post(f"/v1/campaigns/{friends.public_id}/clone", {"name": "More friends"}, format="json")
    assert answer.status_code < 300, answer.content
    clone = Campaign.objects.get(name="More friends")

    assert clone.referral == friends.referral
    offered = ReferrerTier.objects.filter(campaign=clone).order_by("minimum")
    assert list(offered.values_list("name", "minimum", "reward__name")) == [
        ("Each", 1, "100 points"),
        ("5 friends", 5, "A coupon"),
    ]
    assert not Referral.objects.filter(campaign=clone).exists()
