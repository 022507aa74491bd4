"""The calendar for programs: what stands on it in a stretch of time. Goes beyond the contract."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from calendar_app.api.calendar_query import PARAMETERS, asked_of
from calendar_app.api.serializers.calendar import around_output, item_output
from calendar_app.selectors import conflicts, timeline
from core import project
from core.api.pagination import PagePagination
from core.api.views import ProjectAPIView


class CalendarView(ProjectAPIView):
    """`GET /v1/calendar`: campaigns with their tiers, proposed changes and collisions, and what lies around
    them: blackouts, holidays, seasons. From today on, a month, if nothing is said; a year at most. Beyond the
    contract.
    """

    resource = "calendar"
    data_ref = "items"

    @extend_schema(parameters=PARAMETERS)
    def get(self, request: Request) -> Response:
        settings = project.current()
        asked = asked_of(request, settings, self.now)
        pages = PagePagination()
        bars = pages.paginate_queryset(timeline.bars(asked, now=self.now), request, self)
        meets = conflicts.among([bar.campaign_id for bar in bars], asked.since, asked.until)
        answer = pages.get_paginated_response([item_output(bar, asked, settings, meets) for bar in bars])
        answer.data |= around_output(asked, settings)
        return answer
