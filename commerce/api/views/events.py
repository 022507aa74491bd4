"""Custom events."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from commerce.api.serializers.customers import customer_spec
from commerce.api.serializers.events import EventInput, event_output
from commerce.services import custom_events
from core import project
from core.api.fields import parse
from core.api.idempotency import answered
from core.api.views import ClientAPIView, ProjectAPIView, actor_of
from core.errors import Forbidden


class EventsView(ProjectAPIView):
    """`POST /v1/events`."""

    resource = "events"
    takes_idempotency_key = True

    def post(self, request: Request) -> HttpResponse:
        return _reported(self, request)


class ClientEventsView(ClientAPIView):
    """`POST /client/v1/events`, where the project allows it."""

    resource = "events"
    takes_idempotency_key = True

    def post(self, request: Request) -> HttpResponse:
        if not project.current().client_events_enabled:
            raise Forbidden("Client keys may not report events in this project.")
        return _reported(self, request)


def _reported(view: Any, request: Request) -> HttpResponse:
    given = parse(EventInput, request.data)
    return answered(
        request,
        lambda once: custom_events.report(
            name=given["event"],
            customer=customer_spec(given["customer"]),
            metadata=given.get("metadata") or {},
            codes={name: given[name]["code"] for name in ("loyalty", "referral") if given.get(name)},
            actor=actor_of(request),
            now=view.now,
            once=once,
        ),
        render=event_output,
        now=view.now,
    )
