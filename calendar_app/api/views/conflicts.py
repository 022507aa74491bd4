"""Conflicts for programs: planning tools, chats, checks before a launch. Goes beyond the contract."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from calendar_app.api.filters import ConflictFilters
from calendar_app.api.serializers.conflicts import (
    ConflictDecisionInput,
    PreviewInput,
    ReopenInput,
    conflict_output,
    preview_output,
)
from calendar_app.models import Conflict
from calendar_app.selectors import conflicts as known
from calendar_app.services import conflicts, previews
from core.api.fields import parse
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from core.errors import InvalidPayload
from promotions.api.serializers.campaigns import campaign_spec


class ConflictsView(ProjectListView):
    """`GET /v1/calendar/conflicts`: where promotions meet, what costs most first. Beyond the contract."""

    resource = "calendar"
    filterset_class = ConflictFilters
    data_ref = "conflicts"
    output = staticmethod(conflict_output)

    def get_queryset(self) -> QuerySet[Conflict]:
        return known.weighed()

    def get(self, request: Request) -> Response:
        return self.listed(request)


class ConflictView(ProjectAPIView):
    """`GET /v1/calendar/conflicts/{conflictId}`. Beyond the contract."""

    resource = "calendar"

    def get(self, request: Request, conflict_id: str) -> Response:
        return Response(conflict_output(known.get(conflict_id)))


class AcceptView(ProjectAPIView):
    """`POST /v1/calendar/conflicts/{conflictId}/accept`: it may be as it is, for a reason that reviewers see.
    It is open again when it becomes more than that. Beyond the contract.
    """

    resource = "calendar"
    actions = {"POST": "accept"}
    inputs = {"POST": ConflictDecisionInput}

    def post(self, request: Request, conflict_id: str) -> Response:
        said = parse(ConflictDecisionInput, request.data)
        done = conflicts.accept(
            conflict_id=known.get(conflict_id).pk,
            reason=said["reason"],
            seen_terms=said["terms"],
            actor=actor_of(request),
            now=self.now,
        )
        return Response(conflict_output(done))


class ReopenView(ProjectAPIView):
    """`POST /v1/calendar/conflicts/{conflictId}/reopen`: it may not be so any more. Beyond the contract."""

    resource = "calendar"
    actions = {"POST": "accept"}
    inputs = {"POST": ReopenInput}

    def post(self, request: Request, conflict_id: str) -> Response:
        said = parse(ReopenInput, request.data)
        done = conflicts.reopen(
            conflict_id=known.get(conflict_id).pk,
            reason=said["reason"],
            actor=actor_of(request),
            now=self.now,
        )
        return Response(conflict_output(done))


class PreviewView(ProjectAPIView):
    """`POST /v1/calendar/conflicts/preview`: what a draft would collide with, or a campaign at other dates.
    Nothing is written. Beyond the contract.
    """

    resource = "calendar"
    actions = {"POST": "read"}
    inputs = {"POST": PreviewInput}

    def post(self, request: Request) -> Response:
        asked = parse(PreviewInput, request.data)
        draft, campaign = asked.pop("draft", None), asked.pop("campaign_id", None)
        if (draft is None) is (campaign is None) or (draft is not None and asked):
            raise InvalidPayload("Either campaign_id, with dates or without, or draft is expected.")
        if draft is not None:
            spec = campaign_spec(draft)
            found = previews.of_draft(spec=spec, actor=actor_of(request), now=self.now)
        else:
            found = previews.moved(campaign=campaign, dates=asked, now=self.now)
        rows = [preview_output(one) for one in found]
        return Response({"object": "list", "data_ref": "conflicts", "conflicts": rows, "total": len(rows)})
