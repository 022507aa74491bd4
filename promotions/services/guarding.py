"""Ask what stands in the way of a launch or of other dates (`promotions.launch_guards`)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from promotions import launch_guards
from promotions.launch_guards import Occasion, Offer
from promotions.models import Campaign
from promotions.selectors import offered

_WHEN_AND_WHERE: Final = frozenset(
    {
        "starts_at",
        "ends_at",
        "timeframe_interval",
        "timeframe_duration",
        "days_of_week",
        "validity_hours",
        "category",
    }
)


def concerns(columns: Collection[str]) -> bool:
    """Whether a change of these columns is a matter of when, or of what it counts as."""
    return not _WHEN_AND_WHERE.isdisjoint(columns)


def offers(campaign: Campaign) -> tuple[Offer, ...]:
    """What the locked campaign offers before it is changed; keep it for `check`."""
    return offered.of_campaign(campaign)


def check(campaign: Campaign, before: tuple[Offer, ...], *, now: datetime, resumes: bool = False) -> None:
    """After the change, in its transaction. :raises DomainError: a guard refuses it."""
    launch_guards.ask(
        Occasion(
            campaign_id=campaign.pk,
            campaign_name=campaign.name,
            before=before,
            after=offered.of_campaign(campaign),
            now=now,
            resumes=resumes,
        )
    )
