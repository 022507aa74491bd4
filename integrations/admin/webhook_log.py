"""What was sent to webhooks, what came back, and what people can do about one message."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    FieldTextFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core import project, words
from core.admin.base import ReadOnlyTabularInline, staff_actor
from core.admin.dialogs import DialogsMixin, Done
from core.admin.pages import Fact, ReadOnlyPageAdmin
from integrations import envelopes
from integrations.admin.webhook_forms import in_words
from integrations.models import WebhookAttempt, WebhookDelivery
from integrations.services import webhook_deliveries

_WAITS: Final = "Waiting"
_RETRIES: Final = "Trying again"
_COLOURS: Final = {
    _WAITS: "info",
    _RETRIES: "warning",
    "Delivered": "success",
    "Failed": "danger",
    "Skipped": "",
}
_Status = WebhookDelivery.Status


def state_of(delivery: WebhookDelivery) -> str:
    if delivery.status == _Status.PENDING and delivery.error:
        return _RETRIES
    return str(delivery.get_status_display())


def said_of(delivery: WebhookDelivery) -> str:
    return str(delivery.status_code or words.NOTHING)


def cells(delivery: WebhookDelivery) -> Sequence[str]:
    """One line of the log on the webhook's own page."""
    url = reverse("admin:integrations_webhookdelivery_change", args=[delivery.pk])
    state = state_of(delivery)
    return (
        words.link(in_words(delivery.message.type), url),
        delivery.message.entity_id,
        words.label(state, _COLOURS.get(state, "")),
        said_of(delivery),
        str(delivery.attempts_count),
        words.when(delivery.created_at),
    )


class AttemptInline(ReadOnlyTabularInline):
    """Each try."""

    model = WebhookAttempt
    fields = ("number", "at", "target_url", "status_code", "error", "response", "duration_ms")
    ordering = ("-number",)
    tab = False
    show_change_link = False


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(DialogsMixin, ReadOnlyPageAdmin):
    """The log of all webhooks, newest first."""

    class Media:
        css: ClassVar = {"all": ("integrations/webhooks.css",)}

    resource = "management"
    is_for_admins = True
    empty_hint = "What is sent to webhooks is listed here, with the answer of the receiver."
    list_display = ("listed", "receiver", "state", "answer", "attempts_count", "created_at")
    list_filter = (
        ("webhook", RelatedDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("origin", ChoicesDropdownFilter),
        ("message__type", FieldTextFilter),
        ("created_at", RangeDateTimeFilter),
    )
    search_fields = ("public_id__exact", "message__event_id__exact", "message__entity_id__exact")
    search_help_text = "The whole id of a message, an event or an object."
    ordering = ("-pk",)
    sortable_by = ()
    list_select_related = ("webhook", "message")
    fields = ("identifier", "event_id", "origin", "body")
    readonly_fields = ("identifier", "event_id", "body")
    inlines = (AttemptInline,)
    actions_detail = ("try_now", "skip", "send_again")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Bodies hold what customers do: for those who set up webhooks."""
        return self.allows(request, "modify")

    def has_send_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "modify")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        return super().get_queryset(request).select_related("webhook", "message")

    @display(description="Message", header=True)
    def listed(self, delivery: WebhookDelivery) -> tuple[str, str]:
        return self.what(delivery), delivery.message.entity_id

    @display(description="Webhook")
    def receiver(self, delivery: WebhookDelivery) -> str:
        return delivery.webhook.name or urlsplit(delivery.webhook.target_url).netloc

    def called(self, row: WebhookDelivery) -> str:
        return self.what(row)

    def what(self, delivery: WebhookDelivery) -> str:
        if delivery.message.type == webhook_deliveries.TEST:
            return "Test"
        return in_words(delivery.message.type)

    @display(description="State", label=_COLOURS)
    def state(self, delivery: WebhookDelivery) -> str:
        return state_of(delivery)

    @display(description="Answer")
    def answer(self, delivery: WebhookDelivery) -> str:
        return said_of(delivery)

    @display(description="Id of the message")
    def identifier(self, delivery: WebhookDelivery) -> str:
        return delivery.public_id

    @display(description="Id of the event")
    def event_id(self, delivery: WebhookDelivery) -> str:
        return delivery.message.event_id

    @display(description="What is sent")
    def body(self, delivery: WebhookDelivery) -> str:
        """As a developer compares it with what arrived, but with line breaks."""
        sent = envelopes.body(delivery, project_id=project.current().public_id)
        shown = json.dumps(json.loads(sent), indent=2, ensure_ascii=False)
        return format_html(
            '<pre class="webhook-text" tabindex="0" role="region" aria-label="What is sent">{}</pre>', shown
        )

    def title(self, obj: WebhookDelivery) -> str:
        return self.what(obj)

    def lead(self, request: HttpRequest, obj: WebhookDelivery) -> str:
        message = obj.message
        return f"To {obj.webhook.target_url}, about {message.entity_id}, {words.when(message.occurred_at)}."

    def facts(self, request: HttpRequest, obj: WebhookDelivery) -> list[Fact]:
        comes = f"next on {words.when(obj.due_at)}" if obj.due_at else ""
        return [
            Fact(title="State", value=self.state(obj), note=obj.error),
            Fact(title="Answer", value=self.answer(obj)),
            Fact(title="Attempts", value=str(obj.attempts_count), note=comes),
            Fact(title="Done", value=words.when(obj.finished_at)),
        ]

    # Buttons ----------------------------------------------------------------------------------------------
    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        delivery = WebhookDelivery.objects.filter(pk=object_id).select_related("webhook").first()
        if delivery is None or delivery.webhook.deleted_at is not None:
            return []
        waits = delivery.status == _Status.PENDING
        useless = ("_send_again",) if waits else ("_try_now", "_skip")
        found = super().get_actions_detail(request, object_id)
        return [button for button in found if not button.action_name.endswith(useless)]

    @action(
        description="Try now",
        icon="send",
        variant=ActionVariant.PRIMARY,
        permissions=["send"],
        dialog={
            "title": "Try this message now?",
            "description": "It does not wait for its time. Those before it still go first.",
            "form_submit_text": "Try now",
        },
    )
    def try_now(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._do(request, object_id, webhook_deliveries.try_now, "It is tried at once.")

    @action(
        description="Skip",
        icon="skip_next",
        variant=ActionVariant.DANGER,
        permissions=["send"],
        dialog={
            "title": "Skip this message?",
            "description": "The receiver is not told; those behind it can go. It can be sent again later.",
            "form_submit_text": "Skip",
        },
    )
    def skip(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._do(request, object_id, webhook_deliveries.skip, "It is skipped.")

    @action(
        description="Send again",
        icon="replay",
        permissions=["send"],
        dialog={
            "title": "Send this message again?",
            "description": "It goes behind all that wait, under the same event id.",
            "form_submit_text": "Send again",
        },
    )
    def send_again(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._do(request, object_id, webhook_deliveries.send_again, "It is sent again.")

    def _do(
        self, request: HttpRequest, object_id: str, service: Callable[..., WebhookDelivery], done: str
    ) -> HttpResponse:
        def do(delivery: WebhookDelivery) -> Done:
            row = service(delivery_id=delivery.pk, actor=staff_actor(request), now=timezone.now())
            return Done(said=done, url=self.url_of(row))

        return self.confirmed(request, object_id, do)
