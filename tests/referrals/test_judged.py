"""Referrals are judged on real rows: what is gathered around them, at a bounded cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from commerce.models import Customer
from loyalty.models import LoyaltyCard
from promotions.models import Campaign, Voucher
from promotions.selectors import reconcile
from referrals.models import Referral, ReferralReward
from referrals.services import converting, reviewing, rewarding
from referrals.services.converting import Converted
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory, OrderFactory
from tests.referrals.world import ACTOR, code_of, comes, each, points, programme
from tests.telling import tell

pytestmark = pytest.mark.django_db

RITA: dict[str, Any] = {
    "name": "Rita Nowak",
    "email": "rita.nowak@gmail.com",
    "phone": "+48 601 234 567",
    "address": {"line_1": "Długa 5/3", "postal_code": "00-123", "city": "Warszawa"},
    "metadata": {"device_id": "dev-rita", "payment_fingerprint": "card-rita"},
}


@pytest.fixture
def friends(api: APIClient) -> Campaign:
    made = programme(api)
    each(made, points(api, 100))
    return made


@pytest.fixture
def code(api: APIClient, friends: Campaign) -> str:
    body = {"campaign": {"name": friends.name}, "customer": {"source_id": "rita", **RITA}}
    return str(api.post("/v1/publications", body, format="json").json()["voucher"]["code"])


def judged(api: APIClient, code: str, person: str, **about: Any) -> tuple[str, set[str]]:
    """What became of somebody who comes by the code: the state, and what spoke against it."""
    assert comes(api, code, person, **about).status_code == 200
    tell()
    row = Referral.objects.get(referee__source_id=person)
    return str(row.state), {one["key"] for one in row.findings}


def test_a_stranger_counts(api: APIClient, code: str) -> None:
    assert judged(api, code, "paul", name="Paul Braun", email="paul@web.example") == ("ACCEPTED", set())


def test_the_same_mailbox_under_another_spelling_is_refused_and_brings_nothing(
    api: APIClient, code: str
) -> None:
    state, found = judged(api, code, "other", name="R. N.", email="Rita.No.wak+shop@GoogleMail.com")

    assert state == "REFUSED"
    assert "same_email" in found
    assert not ReferralReward.objects.exists()
    assert not LoyaltyCard.objects.exists()


def test_phone_card_and_name_together_are_held_for_review(api: APIClient, code: str) -> None:
    state, found = judged(
        api,
        code,
        "other",
        name="Rita Nowak",
        email="someone@else.example",
        phone="0048601234567",
        metadata={"payment_fingerprint": "card-rita"},
    )

    assert state == "HELD"
    assert {"same_phone", "same_payment"} <= found
    assert not ReferralReward.objects.exists()


def test_one_household_alone_is_no_reason(api: APIClient, code: str) -> None:
    address = {"line_1": "ul. Długa 5 m. 3", "postal_code": "00123", "city": "Warszawa"}
    metadata = {"device_id": "dev-rita"}

    state, found = judged(
        api, code, "jan", name="Jan Nowak", email="jan@nowak.example", address=address, metadata=metadata
    )

    assert state == "ACCEPTED"
    assert found <= {"same_address", "same_device"}


def test_two_who_recommend_each_other_close_a_circle(api: APIClient, friends: Campaign, code: str) -> None:
    judged(api, code, "paul", name="Paul Braun", email="paul@web.example")
    back = code_of(api, friends, "paul")

    state, found = judged(api, back, "rita")

    assert state == "REFUSED"
    assert "ring" in found


def test_a_customer_who_bought_before_is_no_new_one(api: APIClient, code: str) -> None:
    old = CustomerFactory(source_id="old", name="Olga Old", email="olga@old.example")
    OrderFactory(customer=old, status="PAID", amount=5_000, total_amount=5_000)

    assert judged(api, code, "old") == ("REFUSED", {"has_ordered", "old_account"})


def test_another_account_of_somebody_who_bought_is_found_by_its_mailbox(api: APIClient, code: str) -> None:
    CustomerFactory(source_id="old", email="o.l.g.a@gmail.com", orders_count=3)

    state, found = judged(api, code, "new", name="Olga New", email="olga+2@gmail.com")

    assert state in {"HELD", "REFUSED"}
    assert "ordered_before" in found


def test_where_old_customers_may_come_nobody_asks(api: APIClient) -> None:
    friends = programme(api, new_customers_only=False)
    code = code_of(api, friends, "rita")
    old = CustomerFactory(source_id="old", email="olga@old.example")
    OrderFactory(customer=old, status="PAID", amount=5_000, total_amount=5_000)

    assert judged(api, code, "old") == ("ACCEPTED", set())


def test_a_device_of_another_referral_is_found_though_nobody_can_read_it(
    api: APIClient, friends: Campaign, code: str
) -> None:
    for number in range(4):
        judged(
            api,
            code,
            f"p{number}",
            email=f"p{number}@web.example",
            metadata={"payment_fingerprint": "one-card"},
        )

    states = list(Referral.objects.order_by("pk").values_list("state", flat=True))
    assert states[0] == "ACCEPTED"
    assert "HELD" in states[1:]
    assert "one-card" not in str(list(Referral.objects.values()))


def test_a_blocked_customer_brings_nobody(api: APIClient, code: str) -> None:
    Customer.objects.filter(source_id="rita").update(blocked_at=NOW, blocked_reason="Fraud")

    assert judged(api, code, "paul", email="paul@web.example") == ("REFUSED", {"customer_blocked"})


def test_thresholds_are_the_programme_s_own(api: APIClient) -> None:
    friends = programme(api, thresholds={"same_address": 60})
    body = {"campaign": {"name": friends.name}, "customer": {"source_id": "rita", **RITA}}
    code = api.post("/v1/publications", body, format="json").json()["voucher"]["code"]

    state, found = judged(api, code, "jan", name="Jan Kos", email="jan@kos.example", address=RITA["address"])

    assert (state, found) == ("HELD", {"same_address"})


@pytest.mark.parametrize(
    "thresholds", [{"same_adress": 60}, {"hold_at": 0}, {"hold_at": "many"}, [1], {"hold_at": 200}]
)
def test_thresholds_that_cannot_be_are_refused(api: APIClient, thresholds: Any) -> None:
    body = {
        "name": "Friends",
        "campaign_type": "REFERRAL_PROGRAM",
        "referral_program": {"thresholds": thresholds},
    }

    answer = api.post("/v1/campaigns", body, format="json")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert not Campaign.objects.filter(name="Friends").exists()


def test_a_judgement_costs_the_same_among_many(api: APIClient, friends: Campaign, code: str) -> None:
    voucher = Voucher.objects.select_related("campaign").get(code=code)

    def cost(person: Customer) -> int:
        found = Converted(voucher=voucher, referee=person, cause=Referral.Cause.EVENT, at=NOW)
        with CaptureQueriesContext(connection) as asked:
            assert converting.convert(found, actor=ACTOR, now=NOW) is not None
        return len(asked)

    def somebody(number: int) -> Customer:
        return CustomerFactory(
            email=f"p{number}@web.example",
            phone=f"+49 170 55500{number:02}",
            postal_code="10115",
            line_1=f"Street {number}",
            metadata={"device_id": f"d{number}"},
        )

    cost(somebody(0))
    few = cost(somebody(1))
    for number in range(2, 12):
        cost(somebody(number))

    assert cost(somebody(99)) <= few


@pytest.mark.parametrize("name", ["customer_mailbox", "customer_phone", "customer_home"])
def test_people_are_looked_for_by_an_index(api: APIClient, code: str, name: str) -> None:
    CustomerFactory.create_batch(30)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE commerce_customer; SET LOCAL enable_seqscan = off")
    with CaptureQueriesContext(connection) as asked:
        judged(
            api,
            code,
            "paul",
            email="paul@web.example",
            phone="+49 170 5550001",
            address={"line_1": "Street 7", "postal_code": "10115", "city": "Berlin"},
        )
    sent = [one["sql"] for one in asked if "regexp_replace" in one["sql"].lower()]
    assert len(sent) == 3

    plans = []
    with connection.cursor() as cursor:
        for sql in sent:
            cursor.execute(f"EXPLAIN {sql}")
            plans.append("\n".join(row[0] for row in cursor.fetchall()))

    assert any(name in plan for plan in plans), plans


class TestLookedAtAgain:
    """A ring from one home is only seen when it closes: what it brought until then is held, if it waits."""

    def ring(self, api: APIClient, **settings: Any) -> list[Referral]:
        friends = programme(api, **settings)
        each(friends, points(api, 100))
        people = ["ann", "ben", "cat"]
        home = {"address": RITA["address"], "metadata": {"device_id": "one-device"}}
        for person, after in zip(people, [*people[1:], people[0]], strict=True):
            comes(api, code_of(api, friends, person), after, email=f"{after}@web.example", **home)
            tell()
        return list(Referral.objects.order_by("pk"))

    def test_while_rewards_wait_they_are_kept_back(self, api: APIClient) -> None:
        rows = self.ring(api, delay_days=14)

        assert rows[-1].state == "REFUSED"
        assert {row.state for row in rows[:-1]} == {"HELD"}
        assert {row.findings[0]["key"] for row in rows[:-1]} == {"part_of_abuse"}
        later = timezone.now() + timedelta(days=30)
        assert rewarding.give_due(now=later) == 0
        assert not LoyaltyCard.objects.exists()
        assert set(Customer.objects.values_list("referrals_count", "referred_customers")) == {(0, 0)}

    def test_accepted_they_bring_what_was_promised_and_refused_nothing(self, api: APIClient) -> None:
        first, second, _ = self.ring(api, delay_days=14)
        later = timezone.now() + timedelta(days=30)

        reviewing.accept(referral_id=first.pk, actor=ACTOR, now=later)
        reviewing.refuse(referral_id=second.pk, reason="One home", actor=ACTOR, now=later)
        while rewarding.give_due(now=later):
            pass

        assert [card.balance for card in LoyaltyCard.objects.all()] == [100]
        states = ReferralReward.objects.order_by("pk").values_list("referral", "state")
        assert dict(states) == {first.pk: "PAID", second.pk: "CANCELLED"}
        assert list(reconcile.differences(now=later, only=["referrals"])) == []

    def test_what_is_paid_stays_paid(self, api: APIClient) -> None:
        rows = self.ring(api)

        assert [row.state for row in rows] == ["ACCEPTED", "ACCEPTED", "REFUSED"]
