"""Loyalty programmes: the list, and one page with everything of a programme."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import display

from core import project, words
from core.admin.base import adopt, staff_actor
from core.admin.pages import Fact, PageAdmin, Panel
from loyalty import earning_rule_approvals, programme_words, tier_approvals
from loyalty.admin import programme_panels
from loyalty.admin.forms import new_programme
from loyalty.admin.forms.new_programme import NewProgrammeForm
from loyalty.admin.forms.programmes import CONDITIONS, SECTIONS, ProgrammeForm
from loyalty.admin.programme_buttons import ProgrammeButtons
from loyalty.models import Programme
from loyalty.selectors import overview
from loyalty.selectors.finance import Movement
from loyalty.services import new_programmes
from promotions import approval_rewards
from promotions.admin.filters import CampaignStateFilter
from promotions.admin.in_places import InPlacesMixin
from promotions.admin.versioned import VersionedMixin
from promotions.models import Campaign
from promotions.services import campaigns
from promotions.words import STATE_COLOURS, campaign_state


@admin.register(Programme)
class ProgrammeAdmin(InPlacesMixin, ProgrammeButtons, VersionedMixin, PageAdmin):
    """Campaigns of type LOYALTY_PROGRAM."""

    class Media:
        css: ClassVar = {"all": ("loyalty/loyalty.css",)}

    resource = "campaigns"
    form = ProgrammeForm
    conditional_fields = CONDITIONS
    belongings = (tier_approvals.LADDER, earning_rule_approvals.RULES, approval_rewards.OFFERS)
    in_words: ClassVar = {
        **PageAdmin.in_words,
        "starts_at": "runs",
        "ends_at": "",
        "initial_points": "for_joining",
        "expiry_kind": "expiry",
        "tier_metric": "tier_terms",
        "reverse_on_return": "returns",
        **dict.fromkeys(
            (
                "auto_join", "reminder_days", "debts", "expiry_months", "expiry_rounding",
                "expiry_rounding_month", "expiry_day", "expiry_month", "tier_period", "tier_starts",
                "tier_held", "tier_months", "tier_until", "counts_additions", "counts_transfers",
            ),
            "",
        ),
    }  # fmt: skip
    empty_hint = (
        "A loyalty programme gives members points for what they buy, and rewards for points. “Add” leads "
        "through all of it: points, expiry, tiers and rewards."
    )
    list_display = ("name", "state", "members", "outstanding", "earned", "spent", "runs")
    list_filter = (CampaignStateFilter,)
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the programme's name."
    ordering = ("name", "pk")
    readonly_fields = ("runs", "for_joining", "expiry", "tier_terms", "returns")

    # List -------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Programme]:
        kind = Campaign.CampaignType.LOYALTY_PROGRAM
        return super().get_queryset(request).filter(deleted_at=None, campaign_type=kind)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The figures of all rows of the page are looked up together."""
        found = super().get_changelist_instance(request)
        figures = overview.figures([row.pk for row in found.result_list], today())
        for row in found.result_list:
            row.figures = figures[row.pk]
        return found

    @display(description="State", label=STATE_COLOURS)
    def state(self, programme: Programme) -> str:
        return campaign_state(programme, timezone.now())

    @display(description="Members")
    def members(self, programme: Any) -> str:
        return words.number(programme.figures.held.cards)

    @display(description="Outstanding points")
    def outstanding(self, programme: Any) -> str:
        return words.number(programme.figures.held.balance)

    @display(description="Earned this month")
    def earned(self, programme: Any) -> str:
        month = programme.figures.month
        return words.number(month[Movement.EARNED] + month[Movement.ACTIVATED])

    @display(description="Spent this month")
    def spent(self, programme: Any) -> str:
        month = programme.figures.month
        return words.number(-month[Movement.SPENT] - month[Movement.REFUNDED])

    @display(description="Runs", ordering="starts_at")
    def runs(self, programme: Programme) -> str:
        return words.period(programme.starts_at, programme.ends_at)

    # Page, for those who may only read --------------------------------------------------------------------
    @display(description="For joining")
    def for_joining(self, programme: Programme) -> str:
        return programme_words.points((programme.loyalty or {}).get("points") or 0)

    @display(description="Expiry")
    def expiry(self, programme: Programme) -> str:
        return programme_words.expiry((programme.loyalty or {}).get("expiration_rules"))

    @display(description="Tiers")
    def tier_terms(self, programme: Programme) -> str:
        return programme_words.tiers((programme.loyalty or {}).get("tiers_expiration"))

    @display(description="When goods come back")
    def returns(self, programme: Programme) -> str:
        loyalty = programme.loyalty or {}
        if not loyalty.get("reverse_on_return", True):
            return "Members keep the points that they brought"
        return f"Their points are taken back. {programme_words.debts(loyalty.get('debts') or '')}"

    # Page -------------------------------------------------------------------------------------------------
    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = ProgrammeForm if obj else NewProgrammeForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        is_form = obj is None or self.has_change_permission(request, obj)
        return () if is_form else self.readonly_fields

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        return SECTIONS if obj else new_programme.SECTIONS

    def lead(self, request: HttpRequest, obj: Programme) -> str:
        return programme_panels.lead(obj, timezone.now())

    def facts(self, request: HttpRequest, obj: Programme) -> list[Fact]:
        return programme_panels.facts(obj, today())

    def panels(self, request: HttpRequest, obj: Programme) -> list[Panel]:
        may_change = self.has_change_permission(request, obj)
        found = programme_panels.panels(obj, timezone.now(), may_change=may_change)
        return [*found, *self.version_panels(request, obj)]

    def save_model(self, request: HttpRequest, obj: Programme, form: Any, change: bool) -> None:
        actor, now = staff_actor(request), timezone.now()
        if change:
            spec = form.spec()
            if self.postponed(request, form, "campaigns.update", campaign_id=obj.pk, spec=spec):
                return
            saved = campaigns.update(campaign_id=obj.pk, spec=spec, actor=actor, now=now)
        else:
            saved = new_programmes.create(spec=form.spec(), actor=actor, now=now)
        adopt(obj, saved)

    def response_add(
        self, request: HttpRequest, obj: Programme, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To its page: there it is launched."""
        text = f"{obj} is saved as a draft. Look through its tabs, then launch it."
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(self.url_of(obj))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The audit log calls it a campaign."""
        programme = self.found(request, object_id)
        if not self.has_view_permission(request, programme):
            raise PermissionDenied
        query = {"entity_type": "campaign", "entity_id": programme.public_id}
        return HttpResponseRedirect(reverse("admin:core_auditentry_changelist", query=query))


def today() -> Any:
    """The day in the project's zone."""
    return project.day_of(timezone.now())
