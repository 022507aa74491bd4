"""The emergency stop. Goes beyond the contract."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from promotions.api.serializers.stops import (
    EmergencyStopInput,
    RestoreInput,
    stop_detail,
    stop_output,
    stop_spec,
)
from promotions.api.stop_filters import EmergencyStopFilters
from promotions.selectors import stop_reports
from promotions.services import stops


class EmergencyStopsView(ProjectListView):
    """`GET` and `POST /v1/emergency-stops`: stop everything, or what is listed; newest first."""

    resource = "emergency_stops"
    inputs = {"POST": EmergencyStopInput}
    data_ref = "emergency_stops"
    filterset_class = EmergencyStopFilters
    output = staticmethod(stop_output)

    def get_queryset(self):  # type: ignore[no-untyped-def]
        return stop_reports.listed()

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        actor = actor_of(request)
        stops.check(actor, stops.STOP)
        spec = stop_spec(parse(EmergencyStopInput, request.data))
        return Response(stop_detail(stops.start(spec=spec, actor=actor, now=self.now)))


class EmergencyStopView(ProjectAPIView):
    """`GET /v1/emergency-stops/{stopId}`: with what was on, and what was refused by which process."""

    resource = "emergency_stops"

    def get(self, request: Request, stop_id: str) -> Response:
        return Response(stop_detail(stop_reports.get(stop_id)))


class RestoreRequestView(ProjectAPIView):
    """`POST /v1/emergency-stops/{stopId}/restore-request`: ask to restore it; a drill is over at once."""

    resource = "emergency"
    actions = {"POST": "restore"}
    inputs = {"POST": RestoreInput}

    def post(self, request: Request, stop_id: str) -> Response:
        reason = parse(RestoreInput, request.data)["reason"]
        stop = stop_reports.get(stop_id)
        restored = stops.ask_to_restore(stop_id=stop.pk, reason=reason, actor=actor_of(request), now=self.now)
        return Response(stop_detail(restored))


class RestoreView(ProjectAPIView):
    """`POST /v1/emergency-stops/{stopId}/restore`: confirm what somebody else asked for."""

    resource = "emergency"
    actions = {"POST": "restore"}

    def post(self, request: Request, stop_id: str) -> Response:
        stop = stop_reports.get(stop_id)
        restored = stops.confirm_restore(stop_id=stop.pk, actor=actor_of(request), now=self.now)
        return Response(stop_detail(restored))
