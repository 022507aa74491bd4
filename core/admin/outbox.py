from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from django.contrib import admin, messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from core import words
from core.admin.base import ReadOnlyAdmin, htmx_redirect, reported, staff_actor
from core.admin.pages import Panel, ReadOnlyPageAdmin
from core.models import EventDelivery, OutboxEvent
from core.services import deliveries

_COLOURS = {"Waiting": "info", "Done": "success", "Parked": "danger"}
_WORDS = {
    EventDelivery.Status.PENDING: "Waiting",
    EventDelivery.Status.DONE: "Done",
    EventDelivery.Status.PARKED: "Parked",
}


_SHOWN_DELIVERIES: Final = 50


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyPageAdmin):
    """What happened, and who was told."""

    resource = "events"
    empty_hint = "Everything that happens to campaigns, codes and customers appears here, newest first."
    list_display = ("created_at", "name", "entity", "sequence", "is_dispatched")
    list_filter = (
        ("created_at", RangeDateTimeFilter),
        ("name", FieldTextFilter),
        ("entity_type", FieldTextFilter),
    )
    search_fields = ("=public_id", "=entity_id", "=request_id", "name")
    search_help_text = "Whole id of an event, object or request, or a part of the event's name."
    ordering = ("-created_at", "-id")
    fields = (
        "public_id",
        "name",
        "entity",
        "sequence",
        "created_at",
        "dispatched_at",
        "content",
        "actor_kind",
        "actor_id",
        "channel",
        "request_id",
    )
    readonly_fields = ("public_id", "entity", "content")

    @display(description="Object")
    def entity(self, event: OutboxEvent) -> str:
        return f"{event.entity_type} {event.entity_id}"

    @display(description="Dispatched", boolean=True)
    def is_dispatched(self, event: OutboxEvent) -> bool:
        return event.dispatched_at is not None

    @display(description="Content")
    def content(self, event: OutboxEvent) -> str:
        text = json.dumps(event.payload, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', text)

    def panels(self, request: HttpRequest, obj: OutboxEvent) -> list[Panel]:
        return [
            Panel(
                key="deliveries",
                title="Deliveries",
                headers=("For", "State", "Attempts", "Due", "Done", "What went wrong"),
                rows=_told(obj),
                empty="No part of the house follows this event, or it is not handed out yet.",
                all_url=f"{reverse('admin:core_eventdelivery_changelist')}?event__id__exact={obj.pk}",
                all_label="See all deliveries of this event",
            )
        ]


def _told(event: OutboxEvent) -> Iterator[tuple[str, ...]]:
    """The newest ones: an event may have been handed out again and again."""
    for one in event.deliveries.order_by("-pk")[:_SHOWN_DELIVERIES]:
        state = _WORDS[EventDelivery.Status(one.status)]
        yield (
            words.link(one.subscriber, reverse("admin:core_eventdelivery_change", args=[one.pk])),
            words.label(state, _COLOURS[state]),
            str(one.attempts),
            words.when(one.due_at),
            words.when(one.done_at),
            one.last_error or words.NOTHING,
        )


@admin.register(EventDelivery)
class EventDeliveryAdmin(ReadOnlyAdmin):
    """One event for one part of the house. Parked ones failed eight times and wait for people."""

    resource = "settings"
    empty_hint = "Each event is handed to the parts that follow it. What could not be handed over waits here."
    list_display = ("event", "subscriber", "state", "attempts", "due_at", "done_at")
    list_filter = (("status", ChoicesDropdownFilter), ("subscriber", FieldTextFilter))
    list_select_related = ("event",)
    search_fields = ("=event__public_id", "=event__entity_id", "subscriber")
    ordering = ("-pk",)
    fields = ("event", "subscriber", "state", "attempts", "due_at", "done_at", "last_error")
    readonly_fields = ("state",)
    actions_detail = ("try_again",)

    @display(description="State", label=_COLOURS)
    def state(self, delivery: EventDelivery) -> str:
        return _WORDS[EventDelivery.Status(delivery.status)]

    def has_retry_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "modify")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        is_parked = EventDelivery.objects.filter(pk=object_id, status=EventDelivery.Status.PARKED).exists()
        return super().get_actions_detail(request, object_id) if is_parked else []

    @action(
        description="Try again",
        icon="replay",
        permissions=["retry"],
        dialog={
            "title": "Try this delivery again?",
            "description": "It gets eight new attempts, the first within a second.",
            "form_submit_text": "Try again",
        },
    )
    def try_again(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        with reported(self, request, "Delivery"):
            delivery = deliveries.try_again(
                delivery_id=self.found(request, object_id).pk, actor=staff_actor(request), now=timezone.now()
            )
            self.message_user(request, f"{delivery.subscriber} gets the event again.", messages.SUCCESS)
        return htmx_redirect(self.list_url())
