"""What finance enters about points: who may, and what stays written down."""

from __future__ import annotations

import pytest

from core.actors import Actor, ActorKind, Role
from core.errors import InvalidPayload, MissingPermission, NotFound
from core.models import AuditEntry
from core.staff import DUTY_GROUPS
from loyalty.models import PointsWorth
from loyalty.services import finance
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory
from tests.loyalty.books import programme

pytestmark = pytest.mark.django_db


def person(role: str, duties: frozenset[str] = frozenset()) -> Actor:
    return Actor(kind=ActorKind.USER, id="1", label="Anna", role=role, duties=duties)


def test_finance_says_it_changes_it_and_takes_it_back() -> None:
    club, anna = programme(), person(Role.VIEWER, DUTY_GROUPS["Finance"])

    finance.set_worth(campaign_id=club.pk, points=100, amount=150, actor=anna, now=NOW)
    finance.set_worth(campaign_id=club.pk, points=100, amount=120, actor=anna, now=NOW)
    finance.set_worth(campaign_id=club.pk, points=100, amount=120, actor=anna, now=NOW)

    assert list(PointsWorth.objects.values_list("campaign", "points", "amount")) == [(club.pk, 100, 120)]
    finance.forget_worth(campaign_id=club.pk, actor=anna, now=NOW)
    assert not PointsWorth.objects.exists()
    noted = AuditEntry.objects.filter(action__startswith="points_worth").order_by("pk")
    assert [(row.action, row.before, row.after) for row in noted] == [
        ("points_worth.updated", {"points": None, "amount": None}, {"points": 100, "amount": 150}),
        ("points_worth.updated", {"amount": 150}, {"amount": 120}),
        ("points_worth.deleted", {"points": 100, "amount": 120}, None),
    ]


@pytest.mark.parametrize("role", [Role.USER, Role.SUPPORT, Role.VIEWER, Role.MERCHANT])
def test_nobody_else_may(role: str, actor: Actor) -> None:
    club = programme()
    with pytest.raises(MissingPermission):
        finance.set_worth(campaign_id=club.pk, points=1, amount=1, actor=person(role), now=NOW)

    finance.set_worth(campaign_id=club.pk, points=1, amount=1, actor=actor, now=NOW)
    with pytest.raises(MissingPermission):
        finance.forget_worth(campaign_id=club.pk, actor=person(role), now=NOW)

    assert PointsWorth.objects.count() == 1


@pytest.mark.parametrize(("points", "amount"), [(0, 1), (-1, 1), (1, -1), (10**12 + 1, 1), (1, 10**12 + 1)])
def test_refuses_what_means_nothing(points: int, amount: int, actor: Actor) -> None:
    with pytest.raises(InvalidPayload):
        finance.set_worth(campaign_id=programme().pk, points=points, amount=amount, actor=actor, now=NOW)

    assert not PointsWorth.objects.exists()


def test_only_loyalty_programmes_have_points(actor: Actor) -> None:
    with pytest.raises(InvalidPayload):
        finance.set_worth(campaign_id=CampaignFactory().pk, points=1, amount=1, actor=actor, now=NOW)
    with pytest.raises(NotFound):
        finance.set_worth(campaign_id=-1, points=1, amount=1, actor=actor, now=NOW)
    with pytest.raises(NotFound):
        finance.forget_worth(campaign_id=programme().pk, actor=actor, now=NOW)
