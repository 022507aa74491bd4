"""The emergency stop: choose what, see who is hit, stop; asked for and confirmed, it is restored."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core import words
from core.admin.base import sentence, staff_actor, staff_allows
from core.admin.dialogs import DialogsMixin
from core.admin.pages import Fact, Panel, ReadOnlyPageAdmin
from core.errors import DomainError
from promotions import stop_words
from promotions.admin import stop_panels
from promotions.admin.forms.stops import RestoreForm, StopForm, What
from promotions.models import EmergencyStop
from promotions.selectors import campaigns as known_campaigns
from promotions.selectors import stop_reach, stop_reports
from promotions.services import stops


@admin.register(EmergencyStop)
class EmergencyStopAdmin(DialogsMixin, ReadOnlyPageAdmin):
    """What operations stopped, by whom, why, and who restored it."""

    class Media:
        css: ClassVar = {"all": ("promotions/stops.css",)}

    resource = "emergency_stops"
    empty_hint = "Nothing was ever stopped. A drill shows how it goes, and refuses nothing."
    list_display = ("what", "state", "since", "by", "reason_given", "restored")
    list_filter = ("is_drill", ("started_at", RangeDateTimeFilter))
    search_fields = ("reason", "public_id__exact")
    search_help_text = "A part of the reason."
    ordering = ("-pk",)
    change_form_outer_before_template = "promotions/admin/stop_head.html"
    actions_list = ("stop_something",)
    actions_detail = ("ask_to_restore", "confirm_restore", "end_drill")
    fields = ("wire_id", "what", "reason_given", "since", "by", "restore_story")
    readonly_fields = fields

    # Rights -----------------------------------------------------------------------------------------------
    def has_add_permission(self, request: HttpRequest) -> bool:
        return staff_allows(request.user, stops.STOP)

    def has_restore_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff_allows(request.user, stops.RESTORE)

    # List -------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[EmergencyStop]:
        return super().get_queryset(request).defer("was_on")

    @display(description="What")
    def what(self, stop: EmergencyStop) -> str:
        return stop_words.titled(stop.covers)

    @display(description="State", label=stop_words.STATE_COLOURS)
    def state(self, stop: EmergencyStop) -> str:
        return stop_words.state(stop)

    @display(description="Since", ordering="started_at")
    def since(self, stop: EmergencyStop) -> str:
        return words.when(stop.started_at)

    @display(description="By")
    def by(self, stop: EmergencyStop) -> str:
        return stop.started_label or words.NOTHING

    @display(description="Reason")
    def reason_given(self, stop: EmergencyStop) -> str:
        return stop.reason

    @display(description="Restored")
    def restored(self, stop: EmergencyStop) -> str:
        return words.when(stop.restored_at)

    @display(description="Id for the shop")
    def wire_id(self, stop: EmergencyStop) -> str:
        return stop.public_id

    @display(description="Restored")
    def restore_story(self, stop: EmergencyStop) -> str:
        if stop.restore_asked_at is None:
            return "Nobody asked yet."
        asked = (
            f"{stop.restore_asked_label} asked on {words.when(stop.restore_asked_at)}: {stop.restore_reason}"
        )
        if stop.restored_at is None:
            return asked
        return f"{asked} {stop.restored_label} restored it on {words.when(stop.restored_at)}."

    # Stopping ---------------------------------------------------------------------------------------------
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form; sent, it says who is hit; confirmed, it stops."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        is_sent = request.method == "POST"
        form = StopForm(request.POST if is_sent else None, initial=_initial(request))
        reach, covers = None, {}
        if is_sent and form.is_valid():
            try:
                if "_stop" in request.POST:
                    return self._stopped(request, form)
                covers = stops.resolved(form.spec())
                reach = None if "_back" in request.POST else stop_reach.reach(covers, timezone.now())
            except DomainError as error:
                form.add_error(None, sentence(error))
        context = {
            **self.admin_site.each_context(request),
            "title": "Emergency stop",
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "reach": stop_panels.reach_facts(reach, covers) if reach is not None else None,
            "covered": stop_words.titled(covers, most=stops.MOST_ENTRIES) if reach is not None else "",
            "sent": _sent(form) if reach is not None else [],
            "running": stop_reports.in_force(),
        }
        return TemplateResponse(request, "promotions/admin/emergency_stop.html", context)

    def _stopped(self, request: HttpRequest, form: StopForm) -> HttpResponse:
        stop = stops.start(spec=form.spec(), actor=staff_actor(request), now=timezone.now())
        if stop.is_drill:
            self.message_user(request, "The drill runs. Nothing is refused.", messages.SUCCESS)
        else:
            self.message_user(request, "Stopped. It holds in every process from now on.", messages.SUCCESS)
        return HttpResponseRedirect(self.url_of(stop))

    # Page -------------------------------------------------------------------------------------------------
    def called(self, row: EmergencyStop) -> str:
        return "Emergency stop"

    def title(self, obj: EmergencyStop) -> str:
        return f"{'Drill' if obj.is_drill else 'Emergency stop'}: {stop_words.covered(obj.covers)}"

    def lead(self, request: HttpRequest, obj: EmergencyStop) -> str:
        return f"{stop_words.headline(obj)} {stop_words.next_step(obj)}".strip()

    def facts(self, request: HttpRequest, obj: EmergencyStop) -> list[Fact]:
        report = stop_reports.report(obj)
        found = [
            Fact(title="State", value=stop_words.state(obj)),
            Fact(
                title="Would have been refused" if obj.is_drill else "Refused",
                value=f"{report.attempts:,}",
                note=f"{words.money(report.discount)} of discounts" if obj.is_drill else "redemptions",
            ),
        ]
        if report.processes:
            slowest = max(one.first_at for one in report.processes) - obj.started_at
            found.append(
                Fact(
                    title="Processes that met it",
                    value=f"{len(report.processes):,}",
                    note=f"the last one {stop_words.seconds(slowest)} after the start",
                )
            )
        return found

    def panels(self, request: HttpRequest, obj: EmergencyStop) -> list[Panel]:
        found = (stop_panels.covered, stop_panels.was_on, stop_panels.attempts, stop_panels.processes)
        return [panel(obj) for panel in found]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        obj = kwargs.get("obj")
        alarm = "" if obj is None or obj.restored_at is not None else "drill" if obj.is_drill else "stop"
        return super().render_change_form(request, {**context, "stop_alarm": alarm}, *args, **kwargs)

    # Buttons ----------------------------------------------------------------------------------------------
    @action(
        description="Stop something", icon="front_hand", variant=ActionVariant.DANGER, permissions=["add"]
    )
    def stop_something(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse(self._url_name("add")))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only the button of the next step. The services decide again."""
        stop = EmergencyStop.objects.filter(pk=object_id).first()
        if stop is None or stop.restored_at is not None:
            return []
        step = (
            "end_drill" if stop.is_drill else "confirm_restore" if stop.restore_asked_at else "ask_to_restore"
        )
        buttons = super().get_actions_detail(request, object_id)
        return [button for button in buttons if button.action_name.endswith(step)]

    @action(
        description="Ask to restore",
        icon="restart_alt",
        variant=ActionVariant.PRIMARY,
        permissions=["restore"],
        dialog={
            "title": "Ask to restore what was stopped?",
            "description": "It stays stopped until somebody else confirms.",
            "form_class": RestoreForm,
            "form_submit_text": "Ask to restore",
        },
    )
    def ask_to_restore(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._asked(request, form, object_id, "Asked. Somebody else has to confirm.")

    @action(
        description="End the drill",
        icon="flag",
        variant=ActionVariant.PRIMARY,
        permissions=["restore"],
        dialog={
            "title": "End this drill?",
            "description": "It notes nothing any more. What it noted stays on record.",
            "form_class": RestoreForm,
            "form_submit_text": "End the drill",
        },
    )
    def end_drill(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._asked(request, form, object_id, "The drill is over.")

    @action(
        description="Confirm and restore",
        icon="play_circle",
        variant=ActionVariant.DANGER,
        permissions=["restore"],
        dialog={
            "title": "Restore what was stopped?",
            "description": "Codes and promotions are given again at once, in every process.",
            "form_submit_text": "Restore",
        },
    )
    def confirm_restore(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(stop: EmergencyStop) -> str:
            stops.confirm_restore(stop_id=stop.pk, actor=staff_actor(request), now=timezone.now())
            return "Restored. Everything is given again."

        return self.confirmed(request, object_id, do)

    def _asked(self, request: HttpRequest, form: BaseDialogForm, object_id: str, done: str) -> HttpResponse:
        def do(stop: EmergencyStop) -> str:
            stops.ask_to_restore(
                stop_id=stop.pk,
                reason=form.cleaned_data["reason"],
                actor=staff_actor(request),
                now=timezone.now(),
            )
            return done

        return self.confirmed(request, object_id, do)


def _initial(request: HttpRequest) -> dict[str, Any]:
    """`?campaign=<id of the wire>` has chosen it already."""
    chosen = known_campaigns.present().filter(public_id=request.GET.get("campaign", ""))
    ids = list(chosen.values_list("pk", flat=True))
    return {"what": What.LISTED, "campaigns": ids} if ids else {}


def _sent(form: StopForm) -> list[tuple[str, str]]:
    """What the form was sent with, to be sent once more."""
    data = cast(QueryDict, form.data)
    return [(name, value) for name in form.fields for value in data.getlist(name)]
