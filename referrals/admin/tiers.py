from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from core.admin.base import adopt, staff_actor
from core.admin.pages import PageAdmin
from promotions.admin.in_places import InPlacesMixin
from referrals import tier_words
from referrals.admin import rows
from referrals.admin.forms.tiers import CONDITIONS, REWARD, TierForm
from referrals.models import ReferrerTier
from referrals.services import tiers


@admin.register(ReferrerTier)
class ReferrerTierAdmin(InPlacesMixin, PageAdmin):
    """What referrers get. They stand on the programme's page, and are changed here."""

    resource = "campaigns"
    is_deletable = True
    delete_hint = "Nobody gets it any more. What waits already still comes."
    form = TierForm
    conditional_fields = CONDITIONS
    in_words: ClassVar = {
        "reward_known": "get",
        "criterion": "when",
        **dict.fromkeys(("minimum", "reward_name", "gives", "given_campaign", "credits"), ""),
        **dict.fromkeys(("balance_points", "article"), ""),
    }
    empty_hint = "Rewards for those who recommend. Add them on the programme's page."
    list_display = ("name", "of_programme", "get", "when", "segment")
    list_filter = (("campaign", AutocompleteSelectFilter),)
    list_select_related = ("campaign", "reward__campaign", "segment")
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the name."
    ordering = ("campaign__name", "minimum", "pk")
    readonly_fields = ("of_programme", "get", "when")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReferrerTier]:
        found = super().get_queryset(request).filter(deleted_at=None, campaign__deleted_at=None)
        return found.select_related(*self.list_select_related)

    @display(description="Programme", ordering="campaign__name")
    def of_programme(self, tier: ReferrerTier) -> str:
        return rows.programme_link(tier.campaign)

    @display(description="Referrers get")
    def get(self, tier: ReferrerTier) -> str:
        return tier_words.what(tier.reward)

    @display(description="When", ordering="minimum")
    def when(self, tier: ReferrerTier) -> str:
        return tier_words.occasion(tier)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        return ("of_programme",) if self.has_change_permission(request, obj) else self.readonly_fields

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            ("Reward for referrers", {"fields": ("of_programme" if obj else "campaign", "name")}),
            ("What they get", {"fields": REWARD}),
            ("When, and who", {"fields": ("criterion", "minimum", "segment")}),
        )

    def lead(self, request: HttpRequest, obj: ReferrerTier) -> str:
        said = tier_words.whole(obj)
        return f"{obj.name} of {obj.campaign.name}. {said[:1].upper()}{said[1:]}."

    def save_model(self, request: HttpRequest, obj: ReferrerTier, form: Any, change: bool) -> None:
        given: dict[str, Any] = {"spec": form.spec(), "actor": staff_actor(request), "now": timezone.now()}
        if change:
            saved = tiers.update(tier_id=obj.pk, **given)
        else:
            saved = tiers.create(campaign_id=form.cleaned_data["campaign"].pk, **given)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: ReferrerTier) -> None:
        tiers.delete(tier_id=obj.pk, actor=staff_actor(request), now=timezone.now())

    def response_add(self, request: HttpRequest, obj: ReferrerTier, *args: Any) -> HttpResponse:
        return self._back(request, obj, "is added")

    def response_change(self, request: HttpRequest, obj: ReferrerTier) -> HttpResponse:
        return self._back(request, obj, "is changed")

    def _back(self, request: HttpRequest, obj: ReferrerTier, verb: str) -> HttpResponse:
        """To the other rewards of the programme."""
        self.message_user(request, f"{obj} {verb}. What waits already stays as it was promised.")
        return HttpResponseRedirect(f"{rows.programme_url(obj.campaign_id)}#rewards")
