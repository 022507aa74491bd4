from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RelatedDropdownFilter
from unfold.decorators import display

from core import words
from core.admin.base import adopt, staff_actor
from core.admin.pages import SHOWN_ROWS, Fact, PageAdmin, Panel
from promotions.admin import preview, rows
from promotions.admin.clone_buttons import TierCloneButtons
from promotions.admin.conditions import CONDITIONS_FIELDS, ConditionsMixin, said_conditions
from promotions.admin.filters import StateFilter
from promotions.admin.forms.discounts import DISCOUNT_CONDITIONS
from promotions.admin.forms.parts import READ_IN_WORDS, TIME_FIELDS, discount_sections, has_more_limits
from promotions.admin.forms.vouchers import TierForm
from promotions.admin.in_places import InPlacesMixin
from promotions.admin.switches import SwitchesMixin
from promotions.admin.versioned import VersionedMixin
from promotions.admin.why import WhyMixin
from promotions.models import Campaign, PromotionTier, Redemption, Version
from promotions.services import tiers
from promotions.words import STATE_COLOURS, tier_state, time_limits


@admin.register(PromotionTier)
class PromotionTierAdmin(
    InPlacesMixin, TierCloneButtons, ConditionsMixin, SwitchesMixin, WhyMixin, VersionedMixin, PageAdmin
):
    """Discounts that apply without a code."""

    class Media:
        css: ClassVar = {"all": ("promotions/preview.css",)}

    resource = "promotions"
    form = TierForm
    in_words = READ_IN_WORDS
    empty_hint = "A tier is a discount without a code. It belongs to a campaign of the kind promotion."
    list_display = (
        "name",
        "of_campaign",
        "state",
        "offer",
        "conditions_listed",
        "hierarchy",
        "redeemed_quantity",
        "given",
    )
    list_filter = (
        StateFilter,
        ("campaign", AutocompleteSelectFilter),
        ("category", RelatedDropdownFilter),
    )
    list_select_related = ("campaign",)
    search_fields = ("name", "banner", "public_id__exact")
    search_help_text = "A part of the name, or of what customers read."
    ordering = ("campaign__name", "hierarchy", "pk")
    readonly_fields = ("of_campaign", "conditions_in_words", "limits_in_words", "created_at", "updated_at")
    conditional_fields = DISCOUNT_CONDITIONS
    actions_detail: Any = ("why_page", "clone", "keep", *SwitchesMixin.actions_detail)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromotionTier]:
        return super().get_queryset(request).filter(deleted_at=None)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "campaign":
            kwargs["queryset"] = Campaign.objects.filter(
                campaign_type=Campaign.CampaignType.PROMOTION, deleted_at=None
            ).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The place after the last one of the campaign that was named in the address."""
        initial = super().get_changeform_initial_data(request)
        campaign = str(initial.get("campaign") or "")
        taken = PromotionTier.objects.filter(deleted_at=None)
        taken = taken.filter(campaign=int(campaign)) if campaign.isdigit() else taken.none()
        return {**initial, "hierarchy": max(taken.values_list("hierarchy", flat=True), default=0) + 1}

    @display(description="Campaign", ordering="campaign__name")
    def of_campaign(self, tier: PromotionTier) -> str:
        return rows.campaign_link(tier.campaign)

    @display(description="State", label=STATE_COLOURS)
    def state(self, tier: PromotionTier) -> str:
        return tier_state(tier, timezone.now())

    @display(description="Discount given", ordering="orders_total_discount_amount")
    def given(self, tier: PromotionTier) -> str:
        return words.money(tier.orders_total_discount_amount)

    @display(description="Time limits")
    def limits_in_words(self, tier: PromotionTier) -> str:
        return time_limits(tier)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        time = ("limits_in_words", "starts_at", "ends_at") if has_more_limits(obj) else TIME_FIELDS
        campaign = "of_campaign" if obj else "campaign"
        dates = ("created_at", "updated_at") if obj else ()
        return (
            ("Basics", {"fields": (campaign, "name", "banner", "hierarchy", "category")}),
            *discount_sections(obj),
            ("Conditions", {"fields": CONDITIONS_FIELDS if obj else ("conditions",)}),
            ("Time", {"fields": time}),
            ("More", {"fields": ("metadata", *dates)}),
        )

    def waits_about(self, obj: PromotionTier) -> tuple[str, str]:
        """Requests about a tier are about its campaign, which shows all tiers together."""
        return Version.Subject.CAMPAIGN.value, obj.campaign.public_id

    def why_question(self, obj: PromotionTier) -> Mapping[str, str]:
        return {"offer": f"promotion_tier:{obj.public_id}"}

    def lead(self, request: HttpRequest, obj: PromotionTier) -> str:
        return f"{self.offer(obj)}, without a code. Part of {obj.campaign.name}."

    def facts(self, request: HttpRequest, obj: PromotionTier) -> list[Fact]:
        return [
            Fact(title="State", value=tier_state(obj, timezone.now())),
            Fact(title="Redeemed", value=words.number(obj.redeemed_quantity)),
            Fact(title="Discount given", value=words.money(obj.orders_total_discount_amount)),
            Fact(
                title="Value of its orders",
                value=words.money(obj.orders_total_amount),
                note="before discounts",
            ),
        ]

    def panels(self, request: HttpRequest, obj: PromotionTier) -> list[Panel]:
        related = ("voucher", "promotion_tier", "customer", "order")
        found = Redemption.objects.filter(promotion_tier=obj).select_related(*related)
        url = reverse("admin:promotions_redemption_changelist")
        return [
            Panel(
                key="redemptions",
                title="Redemptions",
                headers=rows.REDEMPTION_HEADERS,
                rows=[rows.redemption_row(row) for row in found.order_by("-redeemed_at", "-pk")[:SHOWN_ROWS]],
                empty="Nobody got it so far.",
                all_url=f"{url}?promotion_tier__id__exact={obj.pk}",
                all_label="See all redemptions of this tier",
            ),
            preview.panel(tier=obj.pk),
            *self.version_panels(request, obj),
        ]

    def save_model(self, request: HttpRequest, obj: PromotionTier, form: Any, change: bool) -> None:
        actor, now, spec = staff_actor(request), timezone.now(), form.spec()
        if change:
            spec = replace(spec, conditions=said_conditions(form))
            if self.postponed(request, form, "promotions.update", tier_id=obj.pk, spec=spec):
                return
            saved = tiers.update(tier_id=obj.pk, spec=spec, actor=actor, now=now)
        else:
            campaign = form.cleaned_data["campaign"]
            saved = tiers.create(campaign_id=campaign.pk, spec=spec, actor=actor, now=now)
        adopt(obj, saved)

    def switch(self, request: HttpRequest, pk: int, is_active: bool) -> None:
        tiers.set_active(tier_id=pk, is_active=is_active, actor=staff_actor(request), now=timezone.now())

    def put_away(self, request: HttpRequest, pk: int) -> None:
        tiers.delete(tier_id=pk, actor=staff_actor(request), now=timezone.now())
