"""What each day of the calendar holds, for programs. Goes beyond the contract."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from calendar_app.api.calendar_query import PARAMETERS, asked_of
from calendar_app.crowding import Reason
from calendar_app.selectors import capacity
from calendar_app.selectors.capacity import Day
from core import languages, project
from core.api.views import ProjectAPIView
from core.words import speaking_for

_TICK: Final = timedelta(microseconds=1)
_OF_PAGES: Final = frozenset({"page", "limit"})


class CapacityView(ProjectAPIView):
    """`GET /v1/calendar/capacity`: of each day live and planned promotions, those for each segment, planned
    discount budget, and why it is over-crowded if it is. Asked like the calendar. Beyond the contract.
    """

    resource = "calendar"

    @extend_schema(parameters=[one for one in PARAMETERS if one.name not in _OF_PAGES])
    def get(self, request: Request) -> Response:
        settings = project.current()
        asked = asked_of(request, settings, self.now)
        first = asked.since.astimezone(settings.zone).date()
        last = (asked.until - _TICK).astimezone(settings.zone).date()
        with speaking_for(settings), languages.plainly():
            days = capacity.per_day(first, last, now=self.now, asked=asked)
        return Response(
            {
                "object": "list",
                "data_ref": "days",
                "days": [_day(day) for day in days],
                "total": len(days),
                "time_zone": settings.time_zone,
                "currency": settings.currency,
            }
        )


def _day(day: Day) -> dict[str, Any]:
    """Amounts in minor units; `planned_budget` null: there is no plan."""
    return {
        "date": day.date.isoformat(),
        "live": day.live,
        "planned": day.planned,
        "planned_budget": day.budget_amount,
        "audiences": [{"id": one.id, "name": one.name, "live": one.live} for one in day.audiences],
        "is_crowded": day.is_crowded,
        "reasons": [_reason(reason) for reason in day.reasons],
        "note": day.note or None,
        "object": "calendar_day",
    }


def _reason(reason: Reason) -> dict[str, Any]:
    """`limit` as people set it, or the `usual` amount."""
    return {
        "cause": reason.cause.value,
        "amount": reason.amount,
        "limit": reason.limit,
        "usual": reason.usual,
        "segment": reason.audience or None,
    }
