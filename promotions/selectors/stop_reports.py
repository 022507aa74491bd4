"""Emergency stops as people look them up: which there were, and what each refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Min, Q, QuerySet, Sum

from core import places
from core.errors import NotFound
from promotions.models import Campaign, EmergencyStop, Redemption, StoppedAttempt

OBJECT: Final = "emergency_stop"


@dataclass(frozen=True, kw_only=True)
class ByProcess:
    """One process of the house: when it first refused (in a drill: would have), how often in all."""

    process: str
    first_at: datetime
    attempts: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a stop refused at the checkout. `discount` (minor units): what those of a drill gave."""

    attempts: int
    discount: int
    processes: tuple[ByProcess, ...]


def listed() -> QuerySet[EmergencyStop]:
    """Without what was on, which may be long."""
    return EmergencyStop.objects.defer("was_on")


def get(stop_id: str) -> EmergencyStop:
    """:raises NotFound: unknown id."""
    stop = EmergencyStop.objects.filter(public_id=stop_id).first()
    if stop is None:
        raise NotFound.of(OBJECT, stop_id)
    return stop


def was_on(stop: EmergencyStop) -> dict[str, Any]:
    """What was live; of it, who works in single areas reads what is in his reach (one query more)."""
    if places.limit() is None:
        return dict(stop.was_on)
    campaigns = stop.was_on.get("campaigns", ())
    ids = {row["id"] for row in campaigns} | {row["campaign_id"] for row in stop.was_on.get("tiers", ())}
    seen = set(Campaign.objects.filter(public_id__in=ids).values_list("public_id", flat=True))
    return {
        "campaigns": [row for row in campaigns if row["id"] in seen],
        "tiers": [row for row in stop.was_on.get("tiers", ()) if row["campaign_id"] in seen],
    }


def attempts(stop: EmergencyStop) -> QuerySet[StoppedAttempt]:
    """What it refused, as far as the caller sees it."""
    rows = StoppedAttempt.objects.filter(stop=stop)
    return rows if places.limit() is None else rows.filter(redemption__in=Redemption.objects.values("pk"))


def in_force() -> list[EmergencyStop]:
    """Newest first, drills last."""
    return list(listed().filter(restored_at=None).order_by("is_drill", "-pk"))


def stopping(campaign: Campaign) -> list[EmergencyStop]:
    """Those in force under which nothing of the campaign is given, whatever the order holds."""
    own = Q(covers__contains={"campaigns": [{"id": campaign.public_id}]}) | Q(covers__everything=True)
    if campaign.category is not None:
        own |= Q(covers__contains={"categories": [{"id": campaign.category.public_id}]})
    return list(listed().filter(own, restored_at=None).order_by("is_drill", "-pk"))


def report(stop: EmergencyStop) -> Report:
    """Two queries."""
    attempts = StoppedAttempt.objects.filter(stop=stop)
    totals = attempts.aggregate(number=Count("pk"), discount=Sum("redemption__discount_amount"))
    processes = attempts.values("process").annotate(first_at=Min("decided_at"), number=Count("pk"))
    return Report(
        attempts=totals["number"],
        discount=totals["discount"] or 0,
        processes=tuple(
            ByProcess(process=row["process"], first_at=row["first_at"], attempts=row["number"])
            for row in processes.order_by("first_at", "process")
        ),
    )


def attempts_of(stops: Collection[EmergencyStop]) -> dict[int, int]:
    """How much each refused, by primary key (one query)."""
    rows = StoppedAttempt.objects.filter(stop__in=[stop.pk for stop in stops]).values("stop")
    return dict(rows.annotate(number=Count("pk")).values_list("stop", "number"))
