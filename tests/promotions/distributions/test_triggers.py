"""What happens makes messages for whom it is about: once, or every time, where it is meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from rest_framework.test import APIClient

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest
from commerce.models import Customer, Segment
from commerce.services import custom_events
from core import dispatch, places
from core.models import EventDelivery, OutboxEvent
from promotions.models import Distribution, DistributionMessage
from promotions.services import distribution_audience, distributions
from promotions.services.distributions import InvalidDistribution
from tests.approvals.world import acting, person, policy
from tests.conftest import NOW
from tests.factories.areas import applies_in, area
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.promotions.distributions.conftest import BOSS, LATER, work

pytestmark = pytest.mark.django_db

Make = Callable[..., Distribution]
Trigger = Distribution.Trigger


def told(name: str) -> int:
    """What the worker does with the events of this name."""
    found = OutboxEvent.objects.filter(name=name).order_by("pk")
    return sum(distribution_audience.react(event=event, now=LATER) for event in found)


def happens(customer: Customer, name: str = "newsletter", **metadata: Any) -> None:
    custom_events.report(
        name=name, customer={"id": customer.public_id}, metadata=metadata, actor=BOSS, now=NOW
    )


def test_a_custom_event_is_answered_once(started: Make) -> None:
    started(trigger=Trigger.CUSTOM_EVENT, event_name="newsletter", segment=None)
    anna = CustomerFactory(name="Anna", email="anna@shop.example")
    happens(anna)
    happens(anna, "other")
    happens(anna)

    assert told("customer.custom_event") == 1
    assert told("customer.custom_event") == 0
    work()
    work()
    assert [letter.to for letter in mail.outbox] == [["anna@shop.example"]]


def test_or_every_time_with_another_code(started: Make) -> None:
    campaign = CampaignFactory()
    VoucherFactory.create_batch(4, campaign=campaign)
    started(
        trigger=Trigger.CUSTOM_EVENT,
        event_name="newsletter",
        segment=None,
        is_repeated=True,
        gives=campaign,
    )
    anna = CustomerFactory(name="Anna", email="anna@shop.example")
    happens(anna)
    happens(anna)

    assert told("customer.custom_event") == 2
    work()
    codes = set(DistributionMessage.objects.values_list("publication__voucher_code", flat=True))
    assert len(codes) == len(mail.outbox) == 2


def test_a_segment_narrows_it(started: Make, people: list[Customer]) -> None:
    started(trigger=Trigger.CUSTOM_EVENT, event_name="newsletter")
    happens(people[0])
    happens(CustomerFactory(email="stranger@shop.example"))

    assert told("customer.custom_event") == 1
    assert DistributionMessage.objects.get().customer == people[0]


def test_a_redemption_of_one_campaign(api: APIClient, started: Make) -> None:
    wanted, other = CampaignFactory(), CampaignFactory()
    started(trigger=Trigger.REDEEMED, about=wanted, segment=None)
    for campaign in (other, wanted):
        code = VoucherFactory(campaign=campaign).code
        customer = {"source_id": f"of {campaign.name}", "email": f"c{campaign.pk}@shop.example"}
        body = {
            "redeemables": [{"object": "voucher", "id": code}],
            "customer": customer,
            "order": {"amount": 5000},
        }
        assert api.post("/v1/redemptions", body).status_code == 200

    assert told("redemption.succeeded") == 1
    work()
    assert [letter.to for letter in mail.outbox] == [[f"c{wanted.pk}@shop.example"]]


def test_what_happens_during_a_pause_is_told_afterwards(started: Make, people: list[Customer]) -> None:
    row = started(trigger=Trigger.CUSTOM_EVENT, event_name="newsletter")
    distributions.pause(distribution_id=row.pk, actor=BOSS, now=NOW)
    happens(people[0])

    assert told("customer.custom_event") == 1
    assert work() == 0
    distributions.start(distribution_id=row.pk, actor=BOSS, now=LATER)
    assert work() == 1


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"trigger": Trigger.SEGMENT_ENTERED, "segment": None}, "Choose the segment"),
        ({"trigger": Trigger.SEGMENT_ENTERED}, "followed live"),
        ({"trigger": Trigger.CUSTOM_EVENT}, "Name the custom event"),
        ({"includes_present": True}, "already"),
    ],
)
def test_triggers_that_make_no_sense(make: Make, values: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidDistribution, match=text):
        make(**values)


def test_codes_are_not_answered_with_codes_for_ever(make: Make) -> None:
    campaign = CampaignFactory()

    with pytest.raises(InvalidDistribution, match="for ever"):
        make(trigger=Trigger.PUBLISHED, gives=campaign)


def test_those_present_come_along_when_wanted(started: Make, segment: Segment) -> None:
    segment.type, segment.filter, segment.built_at = "auto-update", {"junction": "and"}, NOW
    segment.save()
    started(trigger=Trigger.SEGMENT_ENTERED, includes_present=True)

    assert work(NOW) == 3
    assert work(LATER) == 0


def test_starting_is_asked_about(make: Make) -> None:
    many = {"fact": "audience", "operator": "at_least", "value": 3}
    policy("Finance", conditions=[many], operations=("distributions.start",))
    row, mia = make(), acting(person("mia", "User"))

    with pytest.raises(ApprovalRequired) as refusal:
        distributions.start(distribution_id=row.pk, actor=mia, now=NOW)
    refusal.value.settle()

    row.refresh_from_db()
    assert row.state == Distribution.State.DRAFT
    assert ApprovalRequest.objects.get().target_id == row.public_id
    assert work() == 0


def test_events_that_nobody_waits_for_make_no_work(started: Make, people: list[Customer]) -> None:
    subscriber = "promotions.distributions.react"
    happens(people[0])
    dispatch.plan(now=NOW)
    assert not EventDelivery.objects.filter(subscriber=subscriber).exists()

    started(trigger=Trigger.CUSTOM_EVENT, event_name="newsletter")
    happens(people[0])
    dispatch.plan(now=NOW)
    assert EventDelivery.objects.filter(subscriber=subscriber).count() == 1


def test_who_works_in_one_area_sees_no_codes_of_another(make: Make) -> None:
    bavaria = area("Bavaria")
    here, elsewhere = applies_in(CampaignFactory(), area=bavaria), CampaignFactory()
    plain, own = make(), make(gives=here)
    foreign = [make(gives=elsewhere), make(trigger=Trigger.REDEEMED, about=elsewhere, segment=None)]
    for row in (plain, own, *foreign):
        customer = CustomerFactory()
        DistributionMessage.objects.create(
            distribution=row, customer=customer, cause="start", due_at=NOW, created_at=NOW
        )

    with places.limited_to(frozenset({places.area(bavaria.public_id)})):
        seen = set(Distribution.objects.values_list("pk", flat=True))
        told = set(DistributionMessage.objects.values_list("distribution", flat=True))

    assert seen == told == {plain.pk, own.pk}
    assert Distribution.objects.count() == 4
