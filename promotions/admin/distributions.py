from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core import words
from core.admin.base import adopt, staff_actor
from core.admin.dialogs import DialogsMixin, Done
from core.admin.pages import Fact, PageAdmin, Panel
from integrations.services import exports
from promotions.admin.distribution_messages import code, state_label
from promotions.admin.forms.messages import DISTRIBUTION_CONDITIONS, DistributionForm
from promotions.models import Distribution, DistributionMessage
from promotions.selectors import distributions as selectors
from promotions.selectors.distributions import Progress
from promotions.services import distributions

State = Distribution.State
_COLOURS: Final = {
    State.DRAFT: "",
    State.LIVE: "success",
    State.PAUSED: "warning",
    State.STOPPED: "danger",
    State.DONE: "info",
}
# Button -> the states in which it means something.
_BUTTONS: Final = {
    "start": (State.DRAFT, State.PAUSED),
    "pause": (State.LIVE,),
    "stop": (State.LIVE, State.PAUSED),
    "send_again": (State.LIVE, State.DONE),
    "download": (State.LIVE, State.PAUSED, State.STOPPED, State.DONE),
    "to_bin": (State.DRAFT, State.PAUSED, State.STOPPED, State.DONE),
}
_SHOWN: Final = 20


@admin.register(Distribution)
class DistributionAdmin(DialogsMixin, PageAdmin):
    """Who is told what and when, and how far it is."""

    class Media:
        css: ClassVar = {"all": ("promotions/messages.css",)}

    form = DistributionForm
    conditional_fields = DISTRIBUTION_CONDITIONS
    autocomplete_fields = ("segment", "customer", "about", "gives")
    change_form_outer_before_template = "promotions/admin/distribution_head.html"
    empty_hint = (
        "A distribution writes to customers: to a segment, once, or to each customer when something happens. "
        "It can give each of them a code."
    )
    list_display = ("name_and_when", "state_label", "progress_bar", "gives", "created_at")
    list_filter = (("state", ChoicesDropdownFilter), ("channel", ChoicesDropdownFilter))
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the name."
    ordering = ("-created_at", "-pk")
    actions_detail = ("start", "pause", "stop", "send_again", "download", "to_bin")

    # List -------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Distribution]:
        rows = super().get_queryset(request).filter(deleted_at=None)
        return rows.select_related("segment", "customer", "about", "gives", "template")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        progress = selectors.progress(found.result_list)
        for row in found.result_list:
            row.progress = progress[row.pk]
        return found

    @display(description="Distribution", header=True, ordering="name")
    def name_and_when(self, row: Distribution) -> tuple[str, str]:
        return row.name, _when(row)

    @display(description="State", ordering="state")
    def state_label(self, row: Distribution) -> SafeString:
        return words.label(row.get_state_display(), _COLOURS[State(row.state)])

    @display(description="Sent")
    def progress_bar(self, row: Any) -> str:
        return _bar(row.progress)

    # Page -------------------------------------------------------------------------------------------------
    def has_change_permission(self, request: HttpRequest, obj: Distribution | None = None) -> bool:
        """Running ones are paused before they are changed; what is over stays as it was."""
        is_open = obj is None or obj.state in (State.DRAFT, State.PAUSED)
        return is_open and self.allows(request, "modify")

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        return [
            ("What it is", {"fields": ("name", "trigger", "event_name", "about")}),
            (
                "To whom",
                {"fields": ("segment", "customer", "includes_present", "is_repeated", "consent_field")},
            ),
            ("What they get", {"fields": ("gives", "channel", "template", "target_url")}),
            ("Pace", {"fields": ("per_minute",)}),
        ]

    def lead(self, request: HttpRequest, obj: Distribution) -> str:
        return f"{_when(obj)} {_how(obj)}"

    def facts(self, request: HttpRequest, obj: Distribution) -> list[Fact]:
        done = selectors.progress([obj])[obj.pk]
        found = [Fact(title="State", value=obj.get_state_display(), note=_note(obj))]
        if obj.state == State.DRAFT and not obj.trigger:
            reached = selectors.audience(obj, timezone.now()).count()
            return [*found, Fact(title="Customers", value=f"{reached:,}", note="as of now")]
        return [
            *found,
            Fact(title="Sent", value=f"{done.sent:,}"),
            Fact(title="Waiting", value=f"{done.waiting:,}"),
            Fact(title="Left out", value=f"{done.skipped:,}"),
            Fact(title="Failed", value=f"{done.failed:,}"),
        ]

    def panels(self, request: HttpRequest, obj: Distribution) -> list[Panel]:
        rows = obj.messages.select_related("customer", "publication").order_by("-pk")[:_SHOWN]
        every = reverse("admin:promotions_distributionmessage_changelist")
        return [
            Panel(
                key="messages",
                title="Messages",
                headers=("Customer", "State", "Code", "When", "Why not"),
                rows=[
                    (
                        str(row.customer),
                        state_label(row),
                        code(row),
                        words.when(row.sent_at or row.created_at),
                        row.reason or words.NOTHING,
                    )
                    for row in rows
                ],
                empty="Nobody was written to yet.",
                all_url=f"{every}?distribution__id__exact={obj.pk}",
            )
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        if obj is not None and obj.pk is not None and obj.state != State.DRAFT:
            done = selectors.progress([obj])[obj.pk]
            context = {**context, "distribution_bar": _bar(done) if done.total else ""}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_model(self, request: HttpRequest, obj: Distribution, form: Any, change: bool) -> None:
        actor, now, spec = staff_actor(request), timezone.now(), form.spec()
        if change:
            saved = distributions.update(distribution_id=obj.pk, spec=spec, actor=actor, now=now)
        else:
            saved = distributions.create(spec=spec, actor=actor, now=now)
        adopt(obj, saved)

    def response_post_save_add(self, request: HttpRequest, obj: Distribution) -> HttpResponse:
        """On to its page, where it is started."""
        return HttpResponseRedirect(self.url_of(obj))

    # Buttons ----------------------------------------------------------------------------------------------
    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only the buttons that mean something now. The services decide again."""
        row = selectors.present().filter(pk=object_id).first()
        if row is None:
            return []
        useful = {
            f"promotions_distribution_{name}" for name, states in _BUTTONS.items() if row.state in states
        }
        failed = row.messages.filter(state=DistributionMessage.State.FAILED).exists()
        if not failed:
            useful.discard("promotions_distribution_send_again")
        found = super().get_actions_detail(request, object_id)
        return [button for button in found if button.action_name in useful]

    def has_run_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "modify")

    def has_bin_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "delete")

    def has_export_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "export")

    @action(
        description="Start",
        icon="play_circle",
        permissions=["run"],
        dialog={
            "title": "Start this distribution?",
            "description": "By hand it begins in ten minutes, so that you can still stop it. With a trigger "
            "it listens from now on.",
            "form_submit_text": "Start",
        },
    )
    def start(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._run(request, object_id, distributions.start, "runs")

    @action(
        description="Pause",
        icon="pause_circle",
        permissions=["run"],
        dialog={
            "title": "Pause this distribution?",
            "description": "Nothing leaves until it is started again. What happens meanwhile waits for it.",
            "form_submit_text": "Pause",
        },
    )
    def pause(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._run(request, object_id, distributions.pause, "is paused")

    @action(
        description="Stop for good",
        icon="cancel",
        variant=ActionVariant.DANGER,
        permissions=["run"],
        dialog={
            "title": "Stop this distribution for good?",
            "description": "What still waits is left out. What was sent stays sent, and codes stay given.",
            "form_submit_text": "Stop",
        },
    )
    def stop(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._run(request, object_id, distributions.stop, "is stopped")

    @action(
        description="Send failed ones again",
        icon="replay",
        permissions=["run"],
        dialog={
            "title": "Send what failed again?",
            "description": "Who had no message yet gets it, with the same code. An e-mail that was cut off "
            "on its way may arrive twice.",
            "form_submit_text": "Send again",
        },
    )
    def send_again(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._run(request, object_id, distributions.send_again, "tries again")

    @action(
        description="Make a file",
        icon="download",
        permissions=["export"],
        dialog={
            "title": "Make a file of these messages?",
            "description": "Customers with their addresses, codes and states, as CSV for another tool.",
            "form_submit_text": "Make the file",
        },
    )
    def download(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(row: Distribution) -> Done:
            made = exports.request(
                exported_object="distribution_message",
                parameters={},
                scope={"distribution_id": row.public_id},
                actor=staff_actor(request),
                now=timezone.now(),
            )
            return Done(url=reverse("admin:integrations_export_change", args=[made.pk]))

        return self.confirmed(request, object_id, do)

    @action(
        description="Delete",
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["bin"],
        dialog={
            "title": "Delete this distribution?",
            "description": "It leaves the list. Its messages stay with the customers.",
            "form_submit_text": "Delete",
        },
    )
    def to_bin(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(row: Distribution) -> str:
            distributions.delete(distribution_id=row.pk, actor=staff_actor(request), now=timezone.now())
            return f"{row} is deleted."

        return self.confirmed(request, object_id, do, leaves=True)

    def _run(self, request: HttpRequest, object_id: str, service: Any, word: str) -> HttpResponse:
        def do(row: Distribution) -> str:
            service(distribution_id=row.pk, actor=staff_actor(request), now=timezone.now())
            return f"{row} {word}."

        return self.confirmed(request, object_id, do)


def _when(row: Distribution) -> str:
    if not row.trigger:
        who = row.segment or row.customer
        return f"Once, to {who}." if who else "Once, to nobody yet."
    what = row.get_trigger_display()
    if row.event_name and row.trigger == Distribution.Trigger.CUSTOM_EVENT:
        what = f"{what}, “{row.event_name}”"
    narrowed = [f"of {row.about}"] if row.about else []
    narrowed += [f"in {row.segment}"] if row.segment else []
    return " ".join([f"When: {what[0].lower()}{what[1:]}", *narrowed]) + "."


def _how(row: Distribution) -> str:
    code = f", with a code of {row.gives}" if row.gives else ""
    words_of = f" “{row.template}”" if row.template else ""
    return f"Sent by: {row.get_channel_display().lower()}{words_of}{code}."


def _note(row: Distribution) -> str:
    if row.state == State.LIVE and row.starts_at is not None and row.starts_at > timezone.now():
        return f"begins at {words.when(row.starts_at)}"
    return f"since {words.when(row.ended_at)}" if row.ended_at else ""


def _bar(progress: Progress) -> str:
    if not progress.total:
        return words.NOTHING
    return format_html(
        '<progress class="fanfare-progress" max="100" value="{}"></progress> {} of {}',
        progress.percent,
        f"{progress.total - progress.waiting:,}",
        f"{progress.total:,}",
    )
