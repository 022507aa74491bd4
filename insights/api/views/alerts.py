"""Alerts for programs: chats, ticket systems, screens on a wall. Goes beyond the contract."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from insights.api.filters import AlertFilters
from insights.api.serializers.alerts import (
    AcknowledgeInput,
    SnoozeInput,
    alert_output,
    in_words_of_the_project,
)
from insights.models import Alert
from insights.selectors import alerts as known
from insights.services import alerts


class AlertsView(ProjectListView):
    """`GET /v1/alerts`: what rules found, newest first. Beyond the contract."""

    resource = "alerts"
    filterset_class = AlertFilters
    data_ref = "alerts"
    output = staticmethod(alert_output)

    def get_queryset(self) -> QuerySet[Alert]:
        return known.listed()

    def get(self, request: Request) -> Response:
        with in_words_of_the_project():
            return self.listed(request)


class AlertView(ProjectAPIView):
    """`GET /v1/alerts/{alertId}`. Beyond the contract."""

    resource = "alerts"

    def get(self, request: Request, alert_id: str) -> Response:
        return _printed(known.get(alert_id))


class AcknowledgeView(ProjectAPIView):
    """`POST /v1/alerts/{alertId}/acknowledge`: somebody looks at it; nobody is reminded any more.
    Beyond the contract.
    """

    resource = "alerts"
    actions = {"POST": "acknowledge"}
    inputs = {"POST": AcknowledgeInput}

    def post(self, request: Request, alert_id: str) -> Response:
        note = parse(AcknowledgeInput, request.data)["note"]
        alert = known.get(alert_id)
        done = alerts.acknowledge(alert_id=alert.pk, note=note, actor=actor_of(request), now=self.now)
        return _printed(done)


class SnoozeView(ProjectAPIView):
    """`POST /v1/alerts/{alertId}/snooze`: put it off; if it goes on then, people hear of it again.
    Beyond the contract.
    """

    resource = "alerts"
    actions = {"POST": "acknowledge"}
    inputs = {"POST": SnoozeInput}

    def post(self, request: Request, alert_id: str) -> Response:
        until = parse(SnoozeInput, request.data)["until"]
        alert = known.get(alert_id)
        done = alerts.snooze(alert_id=alert.pk, until=until, actor=actor_of(request), now=self.now)
        return _printed(done)


def _printed(alert: Alert) -> Response:
    with in_words_of_the_project():
        return Response(alert_output(alert))
