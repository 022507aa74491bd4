"""People decide about referrals that were held."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from commerce.services import blocking, erasures
from commerce.services.blocking import CustomerBlocked
from core import places
from core.actors import Actor, ActorKind, Role
from core.errors import InvalidPayload, MissingPermission
from core.models import AuditEntry
from promotions.models import Campaign
from referrals import alike
from referrals.models import Referral, ReferralReward
from referrals.selectors import evidence, stakes
from referrals.selectors.evidence import Kind
from referrals.services import deciding
from referrals.services.reviewing import NotHeld
from tests.factories.commerce import CREATED_AT, CustomerFactory
from tests.referrals.holding import FINDING, held
from tests.referrals.world import ACTOR, NOW, coupon, each, minimum, points, programme

pytestmark = pytest.mark.django_db

USER = Actor(kind=ActorKind.USER, id="7", label="Ula", role=Role.USER)


@pytest.fixture
def friends(api: APIClient) -> Campaign:
    return programme(api)


class TestDeciding:
    def test_accepting_gives_what_was_promised(self, api: APIClient, friends: Campaign) -> None:
        each(friends, points(api, 100))
        row = held(api, friends)
        before = stakes.of([row])[row.pk]

        deciding.accept(referral=row, reason="Brother", actor=USER, now=NOW)

        row.refresh_from_db()
        assert (row.state, row.decided_by, row.reason) == ("ACCEPTED", "Ula", "Brother")
        after = stakes.of([row])[row.pk]
        assert [one.reward for one in before.promised] == [one.reward for one in after.given]
        assert (before.given, [one.state for one in after.given], after.promised) == ((), ["PAID"], ())

    def test_refusing_needs_a_reason(self, api: APIClient, friends: Campaign) -> None:
        row = held(api, friends)

        with pytest.raises(InvalidPayload):
            deciding.refuse(referral=row, reason="  ", actor=USER, now=NOW)
        row.refresh_from_db()
        assert row.state == "HELD"

        deciding.refuse(referral=row, reason="One household", actor=USER, now=NOW)
        row.refresh_from_db()
        assert (row.state, row.reason) == ("REFUSED", "One household")
        with pytest.raises(NotHeld):
            deciding.accept(referral=row, actor=USER, now=NOW)

    @pytest.mark.parametrize("person", ["rita", "paul"])
    def test_of_somebody_blocked_none_is_accepted(
        self, api: APIClient, friends: Campaign, person: str
    ) -> None:
        each(friends, points(api, 100))
        row = held(api, friends)
        customer = Customer.objects.get(source_id=person)
        blocking.block(customer_id=customer.pk, reason="Bot", actor=ACTOR, now=NOW)

        with pytest.raises(CustomerBlocked, match=person):
            deciding.accept(referral=row, actor=USER, now=NOW)
        row.refresh_from_db()
        assert (row.state, ReferralReward.objects.count()) == ("HELD", 0)

        blocking.unblock(customer_id=customer.pk, actor=ACTOR, now=NOW)
        deciding.accept(referral=row, actor=USER, now=NOW)
        assert ReferralReward.objects.count() == 1

    @pytest.mark.parametrize(
        ("role", "duties", "may"),
        [
            (Role.ADMIN, (), True),
            (Role.USER, (), True),
            (Role.VIEWER, ("referrals.review",), True),
            (Role.VIEWER, (), False),
            (Role.SUPPORT, (), False),
            (Role.MERCHANT, (), False),
        ],
    )
    def test_it_is_a_duty(
        self, api: APIClient, friends: Campaign, role: Role, duties: tuple[str, ...], may: bool
    ) -> None:
        row = held(api, friends)
        actor = replace(USER, role=role, duties=frozenset(duties))

        if may:
            deciding.accept(referral=row, actor=actor, now=NOW)
        else:
            with pytest.raises(MissingPermission):
                deciding.accept(referral=row, actor=actor, now=NOW)

        row.refresh_from_db()
        assert row.state == ("ACCEPTED" if may else "HELD")

    def test_who_works_in_one_store_does_not_decide_for_all(self, api: APIClient, friends: Campaign) -> None:
        row = held(api, friends)

        with places.limited_to(frozenset({"area:ar_1"}), "7"), pytest.raises(MissingPermission):
            deciding.refuse(referral=row, reason="No", actor=USER, now=NOW)


class TestStakes:
    def test_a_reward_for_a_minimum_is_at_stake_only_when_it_is_reached(
        self, api: APIClient, friends: Campaign
    ) -> None:
        each(friends, points(api, 100))
        minimum(friends, coupon(), 2)
        first, second = held(api, friends, referee="paul"), held(api, friends, referee="pia")

        def promised(row: Referral) -> list[str]:
            return [one.tier.name for one in stakes.of([row])[row.pk].promised if one.tier]

        assert promised(second) == ["Each"]
        deciding.accept(referral=first, actor=USER, now=NOW)
        assert promised(second) == ["Each", "2 friends"]
        deciding.accept(referral=second, actor=USER, now=NOW)
        third = held(api, friends, referee="pola")
        assert promised(third) == ["Each"]

    def test_amounts_of_the_order(self, api: APIClient, friends: Campaign) -> None:
        row = held(api, friends, amount=12_300)

        stake = stakes.of([row])[row.pk]

        assert (stake.order_amount, stake.discount) == (12_300, 1_230)

    def test_many_cost_as_much_as_few(self, api: APIClient, friends: Campaign, count_queries: Any) -> None:
        each(friends, points(api, 100))
        rows = [held(api, friends, referee=f"friend-{number}") for number in range(4)]
        deciding.accept(referral=rows[0], actor=USER, now=NOW)
        rows = list(Referral.objects.select_related("order", "redemption", "campaign"))

        few = count_queries(lambda: stakes.of(rows[:2]))

        assert count_queries(lambda: stakes.of(rows)) == few <= 4


class TestEvidence:
    def test_what_two_people_share(self) -> None:
        first = CustomerFactory(
            email="An.Na+shop@gmail.com", phone="+48 600 100 200", line_1="Długa 1", postal_code="80-001",
            metadata={"device_id": "d-1", "card": True, "language": "pl"},
        )  # fmt: skip
        second = CustomerFactory(
            email="anna@googlemail.com", phone="0048600100200", line_1="DŁUGA 1.", postal_code="80 001",
            metadata={"device_id": "d-1", "card": True, "language": "pl"},
        )  # fmt: skip

        found = [one.key for one in alike.shared(first, second)]

        assert found == ["email", "phone", "address", "metadata.device_id"]

    @pytest.mark.parametrize(
        ("first", "second", "is_same"),
        [
            ("600 100 200", "+48 600 100 200", True),
            ("0600100200", "+49600100200", True),
            ("+48600100200", "+49600100200", False),
            ("600100200", "600100201", False),
            ("200", "+48600100200", False),
            ("", "+48600100200", False),
        ],
    )
    def test_a_number_with_and_without_its_country(self, first: str, second: str, is_same: bool) -> None:
        found = alike.shared(CustomerFactory(phone=first), CustomerFactory(phone=second))

        assert ("phone" in [one.key for one in found]) is is_same

    def test_people_of_whom_nothing_is_known_share_nothing(self) -> None:
        empty = {"email": "", "name": "", "city": "Gdynia"}

        assert alike.shared(CustomerFactory(**empty), CustomerFactory(**empty)) == []

    def test_other_referrals_of_both_sides(self, api: APIClient, friends: Campaign) -> None:
        others = programme(api, "Others")
        row = held(api, friends, "rita", "paul")
        back = held(api, others, "paul", "rita")
        more = held(api, friends, "rita", "pia")
        held(api, others, "zoe", "zed")

        assert evidence.others(row) == [more, back]

    def test_the_timeline_is_in_order(self, api: APIClient, friends: Campaign) -> None:
        each(friends, points(api, 100))
        row = held(api, friends)
        deciding.accept(referral=row, actor=USER, now=NOW)
        Customer.objects.filter(source_id="paul").update(blocked_at=CREATED_AT)
        row = Referral.objects.select_related("redemption", "event").get(pk=row.pk)

        found = evidence.timeline(row, evidence.rewards(row))

        assert [one.at for one in found] == sorted(one.at for one in found)
        assert {one.kind for one in found} == set(Kind) - {Kind.EVENT, Kind.REWARD_DUE}


def test_erasing_either_side_leaves_what_kind_it_was(api: APIClient, friends: Campaign) -> None:
    rows = [held(api, friends, "rita", "paul"), held(api, friends, "zoe", "zed")]
    for row in rows:
        deciding.refuse(referral=row, reason="Rita is Paul", actor=USER, now=NOW)
    paul = Customer.objects.get(source_id="paul")

    erasures.erase(customer_id=paul.pk, actor=ACTOR, now=NOW)

    his, others = (Referral.objects.get(pk=row.pk) for row in rows)
    assert (his.state, his.findings, his.judged, his.reason) == (
        "REFUSED",
        [{"key": "same_email", "severity": "hold"}],
        {},
        "",
    )
    assert (others.findings, others.judged != {}, others.reason) == ([FINDING], True, "Rita is Paul")


def test_erasing_keeps_what_the_house_said(api: APIClient, friends: Campaign) -> None:
    row = held(api, friends)
    Referral.objects.filter(pk=row.pk).update(state="REVERSED", reason="The order was cancelled.")

    erasures.erase(customer_id=row.referrer_id, actor=ACTOR, now=NOW)

    row.refresh_from_db()
    assert row.reason == "The order was cancelled."
    assert AuditEntry.objects.filter(action="customer.erased").count() == 1
