"""Dates that are closed to promotions. Before one is saved, its form says which campaigns it meets."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_GET
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from calendar_app import blackout_words
from calendar_app.admin.forms.blackouts import CONDITIONS, BlackoutForm
from calendar_app.models import Blackout
from calendar_app.selectors import blackout_hits
from calendar_app.selectors import blackouts as known
from calendar_app.selectors.blackout_hits import Hit
from calendar_app.services import blackouts
from core import words
from core.admin.base import adopt, sentence, staff_actor
from core.admin.pages import Fact, PageAdmin, Panel
from core.errors import DomainError
from promotions.words import STATE_COLOURS, campaign_state

_SHOWN: Final = 8


@admin.register(Blackout)
class BlackoutAdmin(PageAdmin):
    """When nothing may run or begin."""

    class Media:
        css: ClassVar = {"all": ("calendar_app/blackouts.css",)}

    resource = "blackouts"
    is_deletable = True
    delete_hint = "The dates are open again at once. The audit log keeps what was closed."
    empty_hint = "A blackout closes dates: nothing can be launched or moved into them, or people are warned."
    form = BlackoutForm
    conditional_fields = CONDITIONS
    list_display = ("name", "closed", "rule", "counts_for", "why")
    list_filter = (("strength", ChoicesDropdownFilter), ("forbids", ChoicesDropdownFilter))
    search_fields = ("name", "reason", "public_id__exact")
    search_help_text = "A part of the name or of the reason."
    ordering = ("-starts_on", "-starts_at", "-pk")
    readonly_fields = ("closed", "rule", "counts_for")
    in_words: ClassVar = {
        **PageAdmin.in_words,
        "strength": "rule",
        "by": "closed",
        "places": "counts_for",
        **dict.fromkeys(
            (
                "forbids", "starts_on", "ends_on", "repeats_yearly", "starts_at", "ends_at", "categories",
                "campaign_types", "hits",
            ),
            "",
        ),
    }  # fmt: skip

    # List -------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Blackout]:
        return super().get_queryset(request).filter(deleted_at=None)

    @display(description="Closed", ordering="starts_on")
    def closed(self, row: Blackout) -> str:
        if row.starts_on is not None and row.ends_on is not None:
            return blackout_words.days(row.starts_on, row.ends_on, is_yearly=row.repeats_yearly)
        return f"{words.when(row.starts_at)} – {words.when(row.ends_at)}"

    @display(description="Rule")
    def rule(self, row: Blackout) -> str:
        verb = "begin" if row.forbids == Blackout.Forbids.BEGIN else "run"
        if row.is_hard:
            return words.label(f"Nothing may {verb}", "danger")
        return words.label(f"A warning, if something {verb}s", "warning")

    @display(description="Counts for")
    def counts_for(self, row: Blackout) -> str:
        return "; ".join(known.scope_words(row, known.names_for([row]))) or "Everything"

    @display(description="Reason")
    def why(self, row: Blackout) -> str:
        return row.reason

    # Page -------------------------------------------------------------------------------------------------
    def sections(self, request: HttpRequest, obj: Blackout | None = None) -> Any:
        return (
            ("Blackout", {"fields": ("name", "reason")}),
            ("When", {"fields": ("by", "starts_on", "ends_on", "repeats_yearly", "starts_at", "ends_at")}),
            ("What it does", {"fields": ("strength", "forbids")}),
            ("For what", {"fields": ("places", "categories", "campaign_types")}),
            ("Before you save", {"fields": ("hits",)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Blackout | None = None) -> Any:
        is_form = obj is None or self.has_change_permission(request, obj)
        return () if is_form else self.readonly_fields

    def lead(self, request: HttpRequest, obj: Blackout) -> str:
        return f"{self.closed(obj)}: {obj.reason}"

    def facts(self, request: HttpRequest, obj: Blackout) -> list[Fact]:
        return [Fact(title="Counts for", value=self.counts_for(obj))]

    def panels(self, request: HttpRequest, obj: Blackout) -> list[Panel]:
        now, zone = timezone.now(), project_zone()
        found = blackout_hits.hits(known.closure_of(obj, zone), now=now, zone=zone)
        return [
            Panel(
                key="campaigns",
                title="Campaigns on these dates",
                headers=("Campaign", "State", "First time"),
                rows=[hit_row(hit, now) for hit in found[:_SHOWN]],
                empty="None: nothing runs, or would run, while it is closed.",
            )
        ]

    def save_model(self, request: HttpRequest, obj: Blackout, form: Any, change: bool) -> None:
        given = {"values": form.values(), "actor": staff_actor(request), "now": timezone.now()}
        saved = blackouts.update(blackout_id=obj.pk, **given) if change else blackouts.create(**given)
        adopt(obj, saved)
        self._tell_of_hits(request, saved)

    def delete_model(self, request: HttpRequest, obj: Blackout) -> None:
        blackouts.delete(blackout_id=obj.pk, actor=staff_actor(request), now=timezone.now())

    def _tell_of_hits(self, request: HttpRequest, row: Blackout) -> None:
        zone = project_zone()
        found = blackout_hits.hits(known.closure_of(row, zone), now=timezone.now(), zone=zone)
        if found:
            names = blackout_words.listed(hit.campaign.name for hit in found)
            goes = (
                "goes on as before: it is a conflict"
                if len(found) == 1
                else "go on as before: they are conflicts"
            )
            self.message_user(request, f"{names} {goes} on the calendar.", messages.WARNING)

    # What it hits, while the form is filled in ------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.hits_view)
        return [path("hits/", view, name="calendar_app_blackout_hits"), *super().get_urls()]

    @method_decorator(require_GET)
    def hits_view(self, request: HttpRequest) -> HttpResponse:
        """The campaigns that the blackout of the form would meet; nothing is kept."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        now, zone = timezone.now(), project_zone()
        context: dict[str, Any] = {}
        form = BlackoutForm(request.GET)
        form.is_valid()
        try:
            row = blackouts.checked(values=form.values(), actor=staff_actor(request), now=now)
        except DomainError as refusal:
            context["missing"] = sentence(refusal)
        else:
            found = blackout_hits.hits(known.closure_of(row, zone), now=now, zone=zone)
            context |= {
                "total": len(found),
                "rows": [hit_row(hit, now) for hit in found[:_SHOWN]],
                "more": max(0, len(found) - _SHOWN),
                "is_hard": row.is_hard,
            }
        return render(request, "calendar_app/admin/blackout_hits.html", context)


def hit_row(hit: Hit, now: Any) -> tuple[str, str, str]:
    url = reverse("admin:promotions_campaign_change", args=[hit.campaign.pk])
    state = campaign_state(hit.campaign, now)
    tiers = [entry.offer.name for entry in hit.entries if entry.offer.key.startswith("tier:")]
    name = words.link(hit.campaign.name, url)
    if tiers:
        name = format_html('{} <span class="fanfare-muted">({})</span>', name, blackout_words.listed(tiers))
    return name, words.label(state, STATE_COLOURS.get(state, "")), words.when(hit.first)


def project_zone() -> Any:
    return words.whose().zone
