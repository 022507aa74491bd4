"""Codes for many customers: how far it is, who was left out and why, and the buttons to stop and go on."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from commerce.admin.rows import customer_link
from core import words
from core.admin.base import staff_actor, staff_allows
from core.admin.dialogs import DialogsMixin
from core.admin.pages import SHOWN_ROWS, Fact, Panel, ReadOnlyPageAdmin
from integrations.admin import job_progress
from promotions.admin import rows
from promotions.models import PublicationRun
from promotions.services import publication_runs

State = PublicationRun.State
_COLOURS: Final = {"Running": "success", "Stopped": "warning", "Done": "info"}
_BUTTONS: Final = {"stop": (State.RUNNING,), "resume": (State.STOPPED,)}


@admin.register(PublicationRun)
class PublicationRunAdmin(DialogsMixin, ReadOnlyPageAdmin):
    class Media:
        css: ClassVar = {"all": ("promotions/publishing.css",)}

    resource = "vouchers"
    change_form_outer_before_template = "promotions/admin/publication_run_head.html"
    empty_hint = "Publish to a segment or a list from the page of a campaign."
    list_display = ("created_at", "of_campaign", "audience", "state_label", "how_far", "left_out")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("campaign", AutocompleteSelectFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("campaign",)
    search_fields = ("audience", "public_id__exact")
    search_help_text = "A part of the name of the segment."
    ordering = ("-created_at", "-pk")
    actions_detail = ("stop", "resume")
    fields = ("of_campaign", "audience", "once", "pace", "channel", "created_at", "noted")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[PublicationRun]:
        return super().get_queryset(request).select_related("campaign", "action")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        run = PublicationRun.objects.filter(pk=object_id).only("state").first()
        useful = {
            f"promotions_publicationrun_{name}"
            for name, states in _BUTTONS.items()
            if run is not None and run.state in states
        }
        found = super().get_actions_detail(request, object_id)
        return [button for button in found if button.action_name in useful]

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff_allows(request.user, "vouchers.publish")

    @display(description="Campaign")
    def of_campaign(self, run: PublicationRun) -> str:
        return rows.campaign_link(run.campaign)

    @display(description="State", label=_COLOURS)
    def state_label(self, run: PublicationRun) -> str:
        return str(State(run.state).label)

    @display(description="Given out")
    def how_far(self, run: PublicationRun) -> str:
        return f"{run.published_count:,} of {run.customers_count:,}"

    @display(description="Left out")
    def left_out(self, run: PublicationRun) -> str:
        return f"{run.failed_count:,}"

    @display(description="Nobody a second one", boolean=True)
    def once(self, run: PublicationRun) -> bool:
        return run.join_once

    @display(description="Pace")
    def pace(self, run: PublicationRun) -> str:
        return f"{run.per_minute:,} a minute" if run.per_minute else "As fast as it goes"

    def title(self, obj: PublicationRun) -> str:
        return f"{obj.campaign.name} for {obj.audience}"

    def lead(self, request: HttpRequest, obj: PublicationRun) -> str:
        if obj.state == State.STOPPED:
            return f"{obj.stopped_because}. Who has a code keeps it; the others wait until it goes on."
        if obj.state == State.DONE:
            got = f"{obj.published_count:,} of {words.count(obj.customers_count, 'customer')}"
            return f"Everybody was served: {got} got a code."
        return "Codes are being given out. You need not wait here."

    def facts(self, request: HttpRequest, obj: PublicationRun) -> list[Fact]:
        waiting = max(obj.customers_count - obj.published_count - obj.failed_count, 0)
        return [
            Fact(title="State", value=self.state_label(obj)),
            Fact(title="Given out", value=f"{obj.published_count:,}", note=f"of {obj.customers_count:,}"),
            Fact(title="Waiting", value=f"{waiting:,}"),
            Fact(title="Left out", value=f"{obj.failed_count:,}"),
        ]

    def panels(self, request: HttpRequest, obj: PublicationRun) -> list[Panel]:
        missed = obj.targets.exclude(failure_code="").select_related("customer").order_by("pk")
        served = obj.targets.exclude(publication=None).select_related("customer", "publication")
        url = f"{reverse('admin:promotions_publication_changelist')}?campaign__id__exact={obj.campaign_id}"
        return [
            Panel(
                key="left-out",
                title="Left out",
                headers=("Customer", "Why"),
                rows=[
                    (customer_link(one.customer), one.failure_message) for one in missed[: SHOWN_ROWS * 10]
                ],
                empty="Nobody was left out.",
            ),
            Panel(
                key="served",
                title="Served last",
                headers=("Customer", "Code", "When"),
                rows=[
                    (
                        customer_link(one.customer),
                        one.publication.voucher_code,
                        words.when(one.publication.created_at),
                    )
                    for one in served.order_by("-pk")[:SHOWN_ROWS]
                    if one.publication is not None
                ],
                empty="Nobody has a code so far.",
                all_url=url,
                all_label="See all publications of this campaign",
            ),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        run: PublicationRun | None = kwargs.get("obj")
        if run is not None and run.action is not None and run.state == State.RUNNING:
            context = {**context, "progress": job_progress.of(run.action, timezone.now())}
        return super().render_change_form(request, context, *args, **kwargs)

    @action(
        description="Stop",
        icon="pause_circle",
        permissions=["publish"],
        dialog={
            "title": "Stop giving out codes?",
            "description": "It stops within seconds. Who has a code keeps it. You can go on later.",
            "form_submit_text": "Stop",
        },
    )
    def stop(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(run: PublicationRun) -> str:
            publication_runs.stop(run_id=run.pk, actor=staff_actor(request), now=timezone.now())
            return "Stopped."

        return self.confirmed(request, object_id, do)

    @action(
        description="Go on",
        icon="play_circle",
        permissions=["publish"],
        dialog={
            "title": "Go on?",
            "description": "Who waits still is served. Nobody gets two.",
            "form_submit_text": "Go on",
        },
    )
    def resume(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(run: PublicationRun) -> str:
            publication_runs.resume(run_id=run.pk, actor=staff_actor(request), now=timezone.now())
            return "It goes on."

        return self.confirmed(request, object_id, do)
