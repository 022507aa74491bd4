from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from commerce.models import Customer, Segment
from core.actors import Actor
from promotions.models import Distribution, MessageTemplate
from promotions.services import distribution_audience, distribution_sending, distributions, message_templates
from promotions.services.distributions import DistributionSpec
from promotions.services.message_templates import TemplateSpec
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory, SegmentFactory, SegmentMembershipFactory

BOSS = Actor.system("tests")
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def template() -> MessageTemplate:
    values = {
        "name": "Spring mail",
        "channel": MessageTemplate.Channel.EMAIL,
        "subject": "{{ customer.first_name }}, your code",
        "body": "Hello {{ customer.name }},\n\nuse {{ code }} for {{ offer }}.",
    }
    return message_templates.create(spec=TemplateSpec(values=values), actor=BOSS, now=NOW)


@pytest.fixture
def people() -> list[Customer]:
    return [CustomerFactory(name=f"P{n} Smith", email=f"p{n}@shop.example") for n in range(3)]


@pytest.fixture
def segment(people: list[Customer]) -> Segment:
    made = SegmentFactory(name="VIP")
    for customer in people:
        SegmentMembershipFactory(segment=made, customer=customer)
    return made


@pytest.fixture
def make(template: MessageTemplate, segment: Segment) -> Callable[..., Distribution]:
    """A draft to three people by e-mail, other columns by name."""

    def made(**values: Any) -> Distribution:
        columns = {"name": "Spring", "segment": segment, "template": template, **values}
        return distributions.create(spec=DistributionSpec(values=columns), actor=BOSS, now=NOW)

    return made


@pytest.fixture
def started(make: Callable[..., Distribution]) -> Callable[..., Distribution]:
    def made(**values: Any) -> Distribution:
        return distributions.start(distribution_id=make(**values).pk, actor=BOSS, now=NOW)

    return made


def work(now: Any = LATER, *, most: int = 200) -> int:
    """What the periodic job does."""
    distribution_audience.collect_due(now=now)
    return distribution_sending.send_due(now=now, most=most)


def states(row: Distribution) -> list[str]:
    return list(row.messages.order_by("pk").values_list("state", flat=True))
