from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from core import words
from core.admin.base import adopt, staff_actor
from core.admin.pages import Fact, PageAdmin
from loyalty import programme_words
from loyalty.admin import programme_panels, rows
from loyalty.admin.forms.tiers import TierForm
from loyalty.models import LoyaltyTier
from loyalty.selectors import overview
from loyalty.selectors import tiers as known
from loyalty.services import tiers
from promotions.admin.in_places import InPlacesMixin


@admin.register(LoyaltyTier)
class LoyaltyTierAdmin(InPlacesMixin, PageAdmin):
    """Levels of a programme. They stand on the programme's page, and are changed here."""

    class Media:
        css: ClassVar = {"all": ("loyalty/loyalty.css",)}

    resource = "campaigns"
    is_deletable = True
    delete_hint = (
        "Whoever holds it loses it at once, or gets the tier that the points qualify for. What it gave stays."
    )
    form = TierForm
    in_words: ClassVar = {**PageAdmin.in_words, "earning": "changes", "prices": ""}
    empty_hint = "Tiers give good customers more. Add them on the programme's page."
    list_display = ("name", "of_programme", "points", "holders")
    list_filter = (("campaign", AutocompleteSelectFilter),)
    list_select_related = ("campaign",)
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the name."
    ordering = ("campaign__name", "points_from", "pk")
    readonly_fields = ("of_programme", "changes")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LoyaltyTier]:
        found = super().get_queryset(request).filter(deleted_at=None, campaign__deleted_at=None)
        return found.select_related("campaign")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        held = overview.holders_of(found.result_list)
        for row in found.result_list:
            row.held = held.get(row.pk, 0)
        return found

    @display(description="Programme", ordering="campaign__name")
    def of_programme(self, tier: LoyaltyTier) -> str:
        return rows.programme_link(tier.campaign)

    @display(description="Points", ordering="points_from")
    def points(self, tier: LoyaltyTier) -> str:
        return programme_words.thresholds(tier)

    @display(description="Members")
    def holders(self, tier: Any) -> str:
        return words.number(tier.held)

    @display(description="What it changes")
    def changes(self, tier: LoyaltyTier) -> str:
        return programme_panels.changes(known.mappings_of([tier.pk]).get(tier.pk, []))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        is_form = self.has_change_permission(request, obj)
        return ("of_programme",) if is_form else self.readonly_fields

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        programme = "of_programme" if obj else "campaign"
        return (
            ("Tier", {"fields": (programme, "name", ("points_from", "points_to"))}),
            ("What it changes", {"fields": ("earning", "prices")}),
            ("More", {"fields": ("metadata",)}),
        )

    def lead(self, request: HttpRequest, obj: LoyaltyTier) -> str:
        terms = programme_words.tiers((obj.campaign.loyalty or {}).get("tiers_expiration"))
        return f"{obj.name} of {obj.campaign.name}: {programme_words.thresholds(obj)}. {terms}"

    def facts(self, request: HttpRequest, obj: LoyaltyTier) -> list[Fact]:
        return [Fact(title="Members", value=words.number(overview.holders_of([obj]).get(obj.pk, 0)))]

    def save_model(self, request: HttpRequest, obj: LoyaltyTier, form: Any, change: bool) -> None:
        given: dict[str, Any] = {"actor": staff_actor(request), "now": timezone.now()}
        if change:
            saved = tiers.update(loyalty_tier_id=obj.pk, spec=form.spec(), **given)
        else:
            campaign = form.cleaned_data["campaign"]
            (saved,) = tiers.create(campaign_id=campaign.pk, specs=(form.spec(),), **given)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: LoyaltyTier) -> None:
        tiers.delete(loyalty_tier_id=obj.pk, actor=staff_actor(request), now=timezone.now())

    def response_add(self, request: HttpRequest, obj: LoyaltyTier, *args: Any) -> HttpResponse:
        return self._back(request, obj, "is added")

    def response_change(self, request: HttpRequest, obj: LoyaltyTier) -> HttpResponse:
        return self._back(request, obj, "is changed")

    def _back(self, request: HttpRequest, obj: LoyaltyTier, verb: str) -> HttpResponse:
        """To the ladder."""
        self.message_user(request, f"{obj} {verb}. Members are looked at again within moments.")
        return HttpResponseRedirect(f"{rows.programme_url(obj.campaign_id)}#tiers")
