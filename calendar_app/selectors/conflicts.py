"""Conflicts for people and programs. Whoever is limited to places sees those that lie there wholly."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from calendar_app.models import Conflict, ConflictDecision
from calendar_app.models.conflicts import SEVERITY_RANK
from core.errors import NotFound

OBJECT: Final = "conflict"
State = Conflict.State
SMALL: Final = Conflict.Severity.LOW
THERE: Final = (State.OPEN, State.ACCEPTED)
"""Those that are not gone."""
_LIGHTEST: Final = 2
DEAREST: Final = (F("cost").desc(nulls_last=True), SEVERITY_RANK, "starts_at", "pk")
"""The most expensive first, then the heaviest, then what comes soonest."""


def listed() -> QuerySet[Conflict]:
    """With what printing needs; in no order."""
    return Conflict.objects.select_related(
        "left_campaign", "right_campaign", "left_tier", "right_tier", "request", "acceptance"
    )


def weighed() -> QuerySet[Conflict]:
    """The same, with `dearness` (what is not known costs least) and `heaviness` for lists that sort."""
    heaviness = Value(_LIGHTEST) - SEVERITY_RANK
    return listed().annotate(dearness=Coalesce("cost", Value(-1)), heaviness=heaviness)


def open_conflicts(*, states: Collection[str] = (State.OPEN,), most: int | None = None) -> list[Conflict]:
    """The dearest first. One query."""
    return list(listed().filter(state__in=states).order_by(*DEAREST)[:most])


def number_open() -> int:
    """How many nobody accepted, without small overlaps."""
    return Conflict.objects.filter(state=State.OPEN).exclude(severity=SMALL).count()


def number_of_campaign(campaign_id: int) -> int:
    """How many of a campaign nobody accepted, without small overlaps."""
    of_it = Q(left_campaign=campaign_id) | Q(right_campaign=campaign_id)
    return Conflict.objects.filter(of_it, state=State.OPEN).exclude(severity=SMALL).count()


def of_campaign(campaign_id: int, *, states: Collection[str] = THERE) -> list[Conflict]:
    """Those of a campaign, its tiers and what is proposed for it; the dearest first. One query."""
    of_it = Q(left_campaign=campaign_id) | Q(right_campaign=campaign_id)
    return list(listed().filter(of_it, state__in=states).order_by(*DEAREST))


def of_request(request_id: int, *, states: Collection[str] = THERE) -> list[Conflict]:
    """Those of what an approval request proposes; the dearest first. One query."""
    return list(listed().filter(request=request_id, state__in=states).order_by(*DEAREST))


def among(
    campaign_ids: Collection[int], since: datetime, until: datetime, *, states: Collection[str] = THERE
) -> list[Conflict]:
    """Those in which a campaign of these is, and that meet between two instants. One query.

    In the order of their beginnings. `since` counts, `until` does not; what ends with `since` is over.
    """
    of_them = Q(left_campaign__in=campaign_ids) | Q(right_campaign__in=campaign_ids)
    is_not_over = Q(ends_at=None) | Q(ends_at__gt=since)
    rows = listed().filter(of_them, is_not_over, starts_at__lt=until, state__in=states)
    found = rows.order_by("starts_at", "pk")
    return [one for one in found if _meets(one, since, until)]


def _meets(conflict: Conflict, since: datetime, until: datetime) -> bool:
    return any(begins < until and (ends is None or ends > since) for begins, ends in conflict.windows)


def get(conflict_id: str) -> Conflict:
    """:raises NotFound: there is none, or it is of a campaign out of reach."""
    found = listed().filter(public_id=conflict_id).first()
    if found is None:
        raise NotFound.of(OBJECT, conflict_id)
    return found


def history_of(conflict: Conflict) -> list[ConflictDecision]:
    """What was said about it, the newest first."""
    return list(conflict.decisions.order_by("-pk"))
