"""Referral programmes: the list, and one page with everything of a programme."""

from __future__ import annotations

from datetime import datetime
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
from promotions.admin import version_panel
from promotions.admin.conditions import ConditionsMixin
from promotions.admin.filters import CampaignStateFilter
from promotions.admin.forms.parts import READ_IN_WORDS
from promotions.admin.in_places import InPlacesMixin
from promotions.models import Campaign
from promotions.services import campaigns
from promotions.words import STATE_COLOURS, campaign_state
from referrals import settings_words
from referrals.admin import presets, programme_panels
from referrals.admin.forms import new_programme, programmes
from referrals.admin.forms.new_programme import NewProgrammeForm
from referrals.admin.forms.programmes import ProgrammeForm, takes_off
from referrals.admin.programme_buttons import ProgrammeButtons
from referrals.models import ReferralProgramme
from referrals.programmes import Programme
from referrals.selectors import overview
from referrals.services import new_programmes


@admin.register(ReferralProgramme)
class ReferralProgrammeAdmin(ConditionsMixin, InPlacesMixin, ProgrammeButtons, PageAdmin):
    """Campaigns of type REFERRAL_PROGRAM."""

    class Media:
        css: ClassVar = {"all": ("referrals/referrals.css",)}

    resource = "campaigns"
    form = ProgrammeForm
    conditional_fields = new_programme.CONDITIONS
    in_words: ClassVar = {
        **READ_IN_WORDS,
        "starts_at": "runs",
        "delay_days": "settings_in_words",
        **dict.fromkeys(
            ("most_rewards", "period", "share_url", "new_customers_only", "reverse_on_return"), ""
        ),
    }
    empty_hint = (
        "A referral programme gives customers a code for their friends: the friend gets something, and so "
        "does who recommended. “Add” leads through all of it."
    )
    list_display = ("name", "state", "referrers", "lately", "held", "waiting", "runs")
    list_filter = (CampaignStateFilter,)
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the programme's name."
    ordering = ("name", "pk")
    readonly_fields = ("friend_gets", "converts", "conditions_in_words", "runs", "settings_in_words")

    # List -------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[ReferralProgramme]:
        kind = Campaign.CampaignType.REFERRAL_PROGRAM
        return super().get_queryset(request).filter(deleted_at=None, campaign_type=kind)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The figures of all rows of the page are looked up together."""
        found = super().get_changelist_instance(request)
        figures = overview.figures([row.pk for row in found.result_list], month_of(timezone.now()))
        for row in found.result_list:
            row.figures = figures[row.pk]
        return found

    @display(description="State", label=STATE_COLOURS)
    def state(self, programme: ReferralProgramme) -> str:
        return campaign_state(programme, timezone.now())

    @display(description="Referrers")
    def referrers(self, programme: Any) -> str:
        return words.number(programme.figures.referrers)

    @display(description="Recommended this month")
    def lately(self, programme: Any) -> str:
        return words.number(programme.figures.lately)

    @display(description="Held for review")
    def held(self, programme: Any) -> str:
        return words.number(programme.figures.held)

    @display(description="Rewards waiting")
    def waiting(self, programme: Any) -> str:
        return words.number(programme.figures.waiting)

    @display(description="Runs", ordering="starts_at")
    def runs(self, programme: ReferralProgramme) -> str:
        return words.period(programme.starts_at, programme.ends_at)

    # Page -------------------------------------------------------------------------------------------------
    @display(description="Friends get")
    def friend_gets(self, programme: ReferralProgramme) -> str:
        return programme_panels.gets(programme, self._discount(programme))

    @display(description="It counts")
    def converts(self, programme: ReferralProgramme) -> str:
        return settings_words.converts(Programme.of(programme))

    @display(description="Settings")
    def settings_in_words(self, programme: ReferralProgramme) -> str:
        """For people who may only read."""
        return words.key_values(dict(settings_words.lines(programme.referral or {})))

    def _discount(self, programme: ReferralProgramme) -> str:
        return self.offer(programme) if takes_off(programme) else ""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = ProgrammeForm if obj else NewProgrammeForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        preset = presets.initial(request.GET.get("preset", ""))
        return super().get_changeform_initial_data(request) | preset

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return programmes.sections(obj)
        (title, options), *others = new_programme.SECTIONS
        return ((title, dict(options, description=presets.links(request))), *others)

    def lead(self, request: HttpRequest, obj: ReferralProgramme) -> str:
        return programme_panels.lead(obj, self._discount(obj), timezone.now())

    def facts(self, request: HttpRequest, obj: ReferralProgramme) -> list[Fact]:
        return programme_panels.facts(obj, _figures(obj))

    def panels(self, request: HttpRequest, obj: ReferralProgramme) -> list[Panel]:
        found = programme_panels.panels(obj, _figures(obj))
        return [*found, version_panel.panel(Campaign.objects.get(pk=obj.pk))]

    def save_model(self, request: HttpRequest, obj: ReferralProgramme, form: Any, change: bool) -> None:
        actor, now = staff_actor(request), timezone.now()
        if change:
            saved = campaigns.update(campaign_id=obj.pk, spec=form.spec(), actor=actor, now=now)
        else:
            saved = new_programmes.create(spec=form.spec(), actor=actor, now=now)
        adopt(obj, saved)

    def response_add(
        self, request: HttpRequest, obj: ReferralProgramme, post_url_continue: str | None = None
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


def month_of(now: datetime) -> datetime:
    """Where the month began in the project's zone."""
    there = now.astimezone(project.current().zone)
    return there.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _figures(programme: ReferralProgramme) -> overview.Figures:
    return overview.figures([programme.pk], month_of(timezone.now()))[programme.pk]
