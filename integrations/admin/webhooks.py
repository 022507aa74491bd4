from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core import words
from core.admin.base import adopt, staff_actor
from core.admin.dialogs import DialogsMixin, Done
from core.admin.pages import SHOWN_ROWS, Fact, PageAdmin, Panel
from integrations.admin import webhook_log
from integrations.admin.webhook_forms import ReplayForm, WebhookForm, in_words
from integrations.models import Webhook
from integrations.selectors import webhooks as known
from integrations.services import webhook_deliveries, webhooks
from integrations.services.webhooks import IssuedSecret

_WORKS: Final = "Works"
_RETRIES: Final = "Trying again"
_STOPPED: Final = "Stopped"
_OFF: Final = "Off"
_UNUSED: Final = "Nothing sent yet"
_COLOURS: Final = {_WORKS: "success", _RETRIES: "warning", _STOPPED: "danger", _OFF: "", _UNUSED: "info"}


@admin.register(Webhook)
class WebhookAdmin(DialogsMixin, PageAdmin):
    """Addresses that are told what happens. Secrets are shown once, in the answer that made them."""

    class Media:
        css: ClassVar = {"all": ("integrations/webhooks.css",)}

    resource = "management"
    is_for_admins = True
    is_deletable = True
    form = WebhookForm
    empty_hint = (
        "A webhook tells another system what happens here: a redemption, a new code, a campaign that ends. "
        "Messages come in order, signed, and are tried again for days if the receiver is away."
    )
    delete_hint = (
        "Nothing is sent to it any more, what waits neither. Its log stays until it is too old to be kept."
    )
    list_display = ("named", "told", "health", "waiting", "delivered")
    list_filter = (("state", ChoicesDropdownFilter),)
    search_fields = ("name", "target_url", "public_id__exact")
    search_help_text = "A part of the name or address, or the whole id."
    ordering = ("name", "pk")
    actions_detail = ("send_test", "replay", "rotate", "end_overlap", "turn_on", "turn_off")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        return known.with_waiting().order_by(*self.get_ordering(request))

    def sections(self, request: HttpRequest, obj: Webhook | None = None) -> Any:
        told = ("What it is told", {"fields": ("wants_all", "events")})
        if obj is not None:
            return [(None, {"fields": ("name", "target_url", "headers_text")}), told]
        return [
            (None, {"fields": ("name", "target_url", "is_active", "headers_text")}),
            told,
            ("Signature", {"fields": ("secret_text",)}),
        ]

    # List -------------------------------------------------------------------------------------------------
    @display(description="Webhook", header=True, ordering="name")
    def named(self, webhook: Webhook) -> tuple[str, str]:
        return (webhook.name, webhook.target_url) if webhook.name else (webhook.target_url, "")

    @display(description="Is told")
    def told(self, webhook: Webhook) -> str:
        if webhook.wants_all:
            return "everything"
        if len(webhook.events) == 1:
            return in_words(webhook.events[0])
        return words.count(len(webhook.events), "kind of event", "kinds of events")

    @display(description="Health", label=_COLOURS, ordering="state")
    def health(self, webhook: Webhook) -> str:
        if webhook.state == Webhook.State.FAILED:
            return _STOPPED
        if webhook.state == Webhook.State.OFF:
            return _OFF
        if webhook.failures_count:
            return _RETRIES
        return _WORKS if webhook.last_success_at else _UNUSED

    @display(description="Waiting")
    def waiting(self, webhook: Any) -> str:
        return f"{webhook.waiting_count:,}" if webhook.waiting_count else words.NOTHING

    @display(description="Last delivered", ordering="last_success_at")
    def delivered(self, webhook: Webhook) -> str:
        return words.when(webhook.last_success_at)

    # Page -------------------------------------------------------------------------------------------------
    def lead(self, request: HttpRequest, obj: Webhook) -> str:
        if obj.state == Webhook.State.FAILED:
            return (
                f"Stopped on {words.when(obj.stopped_at)}: no attempt went through. What happens is kept for "
                "it; turn it on when the receiver works again, and all of it is sent in order."
            )
        if obj.state == Webhook.State.OFF:
            return f"Turned off. {obj.target_url} is told nothing, and what happens is not kept for it."
        return f"{obj.target_url} is told {self.told(obj).lower()}."

    def facts(self, request: HttpRequest, obj: Any) -> list[Fact]:
        since = words.when(obj.waiting_since)
        secret = f"the one before is good until {words.when(obj.previous_secret_until)}"
        return [
            Fact(title="Health", value=self.health(obj), note=obj.last_error if obj.failures_count else ""),
            Fact(
                title="Waiting",
                value=f"{obj.waiting_count:,}",
                note=f"since {since}" if obj.waiting_count else "",
            ),
            Fact(title="Last delivered", value=words.when(obj.last_success_at)),
            Fact(
                title="Secret ends in",
                value=f"…{obj.secret_hint}",
                note=secret if obj.has_previous_secret(timezone.now()) else "",
            ),
        ]

    def panels(self, request: HttpRequest, obj: Webhook) -> list[Panel]:
        rows = obj.deliveries.select_related("message", "webhook").order_by("-pk")[:SHOWN_ROWS]
        return [
            Panel(
                key="log",
                title="Latest messages",
                headers=("Message", "About", "State", "Answer", "Attempts", "When"),
                rows=[webhook_log.cells(row) for row in rows],
                empty="Nothing was sent yet. A test tells whether the receiver is there.",
                all_url=f"{reverse('admin:integrations_webhookdelivery_changelist')}?webhook__id__exact={obj.pk}",
                all_label="See the whole log",
            )
        ]

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        actor, now = staff_actor(request), timezone.now()
        if change:
            saved = webhooks.update(webhook_id=obj.pk, spec=form.spec(), actor=actor, now=now)
        else:
            issued = webhooks.create(spec=form.spec(), actor=actor, now=now)
            saved, request.issued = issued.webhook, issued  # type: ignore[attr-defined]
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: Webhook) -> None:
        webhooks.delete(webhook_id=obj.pk, actor=staff_actor(request), now=timezone.now())

    def response_add(self, request: HttpRequest, obj: Webhook, post_url_continue: Any = None) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": "Webhook made", "opts": self.opts}
        return self._shown_once(request, "integrations/admin/secret.html", request.issued, context)  # type: ignore[attr-defined]

    # Buttons ----------------------------------------------------------------------------------------------
    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only the buttons that mean something now. The services decide again."""
        webhook = known.present().filter(pk=object_id).first()
        if webhook is None:
            return []
        is_on = webhook.state == Webhook.State.ACTIVE
        useless = {"_turn_on" if is_on else "_turn_off"}
        if not webhook.has_previous_secret(timezone.now()):
            useless.add("_end_overlap")
        found = super().get_actions_detail(request, object_id)
        return [button for button in found if not button.action_name.endswith(tuple(useless))]

    @action(
        description="Send a test",
        icon="send",
        variant=ActionVariant.PRIMARY,
        permissions=["change"],
        dialog={
            "title": "Send a test message?",
            "description": "A sample is sent at once, signed like the others. It says that it is a test.",
            "form_submit_text": "Send",
        },
    )
    def send_test(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(webhook: Webhook) -> Done:
            sent = webhook_deliveries.send_test(
                webhook_id=webhook.pk, actor=staff_actor(request), now=timezone.now()
            )
            if sent.error:
                return Done(said=f"The test did not get through. {sent.error}", level=messages.ERROR)
            return Done(said=f"The receiver took the test and answered {sent.status_code}.")

        return self.confirmed(request, object_id, do)

    @action(
        description="Send again",
        icon="replay",
        permissions=["change"],
        dialog={
            "title": "Send a range again",
            "description": (
                "Whatever happened in this time and is kept here is sent once more, in order, under the same "
                "event ids: a receiver that keeps the ids knows what it has already."
            ),
            "form_class": ReplayForm,
            "form_submit_text": "Send again",
        },
    )
    def replay(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(webhook: Webhook) -> Done:
            count = webhook_deliveries.replay(
                webhook_id=webhook.pk,
                since=form.cleaned_data["since"],
                until=form.cleaned_data["until"],
                actor=staff_actor(request),
                now=timezone.now(),
            )
            if not count:
                return Done(said="Nothing happened in this time that it is told.", level=messages.INFO)
            return Done(said=f"{words.count(count, 'message is', 'messages are')} sent again.")

        return self.confirmed(request, object_id, do)

    @action(
        description="New secret",
        icon="key",
        permissions=["change"],
        dialog={
            "title": "Make a new secret?",
            "description": (
                "For 24 hours messages are signed with both secrets, so that the receiver can change over "
                "without losing one."
            ),
            "form_submit_text": "Make a new secret",
        },
    )
    def rotate(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        webhook = self.found(request, object_id)
        issued = webhooks.rotate(webhook_id=webhook.pk, actor=staff_actor(request), now=timezone.now())
        response = self._shown_once(request, "integrations/admin/secret_dialog.html", issued, {})
        # The whole dialog is replaced: its button would make another secret.
        response["HX-Retarget"] = response["HX-Reselect"] = "#dialog"
        return response

    @action(
        description="End old secret",
        icon="key_off",
        permissions=["change"],
        dialog={
            "title": "End the secret before this one?",
            "description": "Messages are signed with the new secret alone. Do it once the receiver knows it.",
            "form_submit_text": "End it",
        },
    )
    def end_overlap(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(webhook: Webhook) -> str:
            webhooks.end_overlap(webhook_id=webhook.pk, actor=staff_actor(request), now=timezone.now())
            return "Only the new secret is used now."

        return self.confirmed(request, object_id, do)

    @action(
        description="Turn on",
        icon="play_arrow",
        permissions=["change"],
        dialog={
            "title": "Turn this webhook on?",
            "description": "What waits for it is sent at once, in order, and what happens from now on.",
            "form_submit_text": "Turn on",
        },
    )
    def turn_on(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._switch(request, object_id, True)

    @action(
        description="Turn off",
        icon="pause",
        permissions=["change"],
        dialog={
            "title": "Turn this webhook off?",
            "description": "Nothing is sent to it. What waits stays; what happens meanwhile it never hears.",
            "form_submit_text": "Turn off",
        },
    )
    def turn_off(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._switch(request, object_id, False)

    def _switch(self, request: HttpRequest, object_id: str, is_active: bool) -> HttpResponse:
        def do(webhook: Webhook) -> Done:
            spec = webhooks.WebhookSpec(is_active=is_active)
            webhooks.update(webhook_id=webhook.pk, spec=spec, actor=staff_actor(request), now=timezone.now())
            said = f"The webhook is {'on' if is_active else 'off'}."
            return Done(said=said, undo=self.button("turn_off" if is_active else "turn_on", webhook))

        return self.confirmed(request, object_id, do)

    def _shown_once(
        self, request: HttpRequest, template: str, issued: IssuedSecret, context: dict[str, Any]
    ) -> HttpResponse:
        more = {
            "webhook": issued.webhook,
            "secret": issued.secret,
            "webhook_url": self.url_of(issued.webhook),
        }
        return render(request, template, {**context, **more})
