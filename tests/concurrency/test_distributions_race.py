"""Many workers on one distribution: nobody is written to twice, and together they keep its pace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from core.actors import Actor
from promotions.models import Distribution, MessageTemplate, Publication
from promotions.services import distribution_audience, distribution_sending, distributions
from promotions.services.distributions import DistributionSpec
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory, SegmentFactory, SegmentMembershipFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
PEOPLE, WORKERS, PACE = 40, 8, 25


def test_eight_workers_send_each_message_once_within_the_pace(at_once: AtOnce) -> None:
    template = MessageTemplate.objects.create(name="T", subject="S", body="{{ code }}", created_at=NOW)
    segment, campaign = SegmentFactory(), CampaignFactory()
    VoucherFactory.create_batch(PEOPLE, campaign=campaign)
    for n in range(PEOPLE):
        customer = CustomerFactory(email=f"p{n}@shop.example")
        SegmentMembershipFactory(segment=segment, customer=customer)
    actor = Actor.system("tests")
    values = {
        "name": "Race",
        "segment": segment,
        "gives": campaign,
        "template": template,
        "per_minute": PACE,
    }
    row = distributions.create(spec=DistributionSpec(values=values), actor=actor, now=NOW)
    distributions.start(distribution_id=row.pk, actor=actor, now=NOW)
    due = NOW + timedelta(minutes=10)

    def work() -> int:
        return distribution_sending.send_due(now=due, most=5)

    made = at_once([lambda: distribution_audience.collect_due(now=due)] * WORKERS)
    assert sum(made) == PEOPLE == row.messages.count()
    at_once([work] * WORKERS)
    at_once([work] * WORKERS)

    assert len(mail.outbox) == PACE
    later = due + timedelta(minutes=1)
    at_once([lambda: distribution_sending.send_due(now=later, most=5)] * WORKERS)
    sent = Counter(letter.to[0] for letter in mail.outbox)
    assert (len(sent), set(sent.values())) == (PEOPLE, {1})
    assert Publication.objects.count() == PEOPLE
    assert len({letter.body.split()[0] for letter in mail.outbox}) == PEOPLE
    row.refresh_from_db()
    assert row.state == Distribution.State.DONE
