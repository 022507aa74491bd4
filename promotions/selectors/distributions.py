"""Distributions and how far they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet

from commerce.models import Customer
from commerce.selectors import segments
from promotions.models import Campaign, Distribution, DistributionMessage

State = DistributionMessage.State
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many messages stand where."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def total(self) -> int:
        return self.waiting + self.sent + self.failed + self.skipped

    @property
    def percent(self) -> int:
        return 100 * (self.total - self.waiting) // self.total if self.total else 0


def present() -> QuerySet[Distribution]:
    return Distribution.objects.filter(deleted_at=None)


def progress(distributions: Iterable[Distribution]) -> Mapping[int, Progress]:
    """By primary key; one query."""
    rows = (
        DistributionMessage.objects.filter(distribution__in=[one.pk for one in distributions])
        .values_list("distribution", "state")
        .annotate(number=Count("pk"))
    )
    counted: dict[int, dict[str, int]] = {}
    for pk, state, number in rows:
        counted.setdefault(pk, {})[state] = number
    return {
        one.pk: Progress(
            waiting=found.get(State.WAITING, 0) + found.get(State.SENDING, 0),
            sent=found.get(State.SENT, 0),
            failed=found.get(State.FAILED, 0),
            skipped=found.get(State.SKIPPED, 0),
        )
        for one in distributions
        for found in [counted.get(one.pk, {})]
    }


def can_be_given(campaign: Campaign) -> bool:
    return (
        campaign.deleted_at is None
        and not campaign.is_draft
        and campaign.campaign_type != Campaign.CampaignType.PROMOTION
    )


def audience(distribution: Distribution, now: datetime) -> QuerySet[Customer]:
    """Whom a start by hand reaches (with a trigger: who is in its segment already)."""
    if distribution.customer_id is not None:
        return Customer.objects.filter(pk=distribution.customer_id, deleted_at=None)
    if distribution.segment is None:
        return Customer.objects.none()
    return segments.members(distribution.segment, now=now).filter(deleted_at=None)


def under_way(distribution: Distribution, now: datetime) -> int:
    """How many messages left in the last minute or are being sent.

    In one statement: between two, a message that has just left would be in neither.
    """
    is_on_its_way = Q(state=State.SENDING, due_at__gt=now)
    return distribution.messages.filter(Q(sent_at__gt=now - _MINUTE) | is_on_its_way).count()


def running() -> QuerySet[Distribution]:
    return present().filter(state=Distribution.State.LIVE)
