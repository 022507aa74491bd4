from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from core.admin.base import adopt, staff_actor
from core.admin.pages import Fact, PageAdmin, Panel
from promotions.admin import rows
from promotions.admin.forms.stacks import NewStackForm, StackForm
from promotions.admin.in_places import InPlacesMixin
from promotions.admin.ruled import Ruled
from promotions.models import Campaign, PromotionStack
from promotions.selectors import stacks as known
from promotions.services import stacks
from promotions.words import tier_state


@admin.register(PromotionStack)
class PromotionStackAdmin(InPlacesMixin, PageAdmin):
    """Tiers of one promotion that a shop uses together, in an order of their own."""

    resource = "promotions"
    is_deletable = True
    delete_hint = "Its tiers stay. Shops that ask for this stack will be told that it is not there."
    empty_hint = "A stack is several tiers of one promotion, used together in an order that you choose."
    in_words = {**PageAdmin.in_words, "tiers": "tiers_in_order"}  # noqa: RUF012
    list_display = ("name", "of_campaign", "tiers_in_order", "category", "created_at")
    list_filter = (("campaign", AutocompleteSelectFilter),)
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the name."
    ordering = ("campaign__name", "name", "pk")
    readonly_fields = ("of_campaign", "wire_id", "tiers_in_order", "created_at", "updated_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromotionStack]:
        return known.printable(super().get_queryset(request).filter(campaign__deleted_at=None))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "campaign":
            kwargs["queryset"] = Campaign.objects.filter(
                campaign_type=Campaign.CampaignType.PROMOTION, deleted_at=None
            ).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @display(description="Campaign", ordering="campaign__name")
    def of_campaign(self, stack: PromotionStack) -> str:
        return rows.campaign_link(stack.campaign)

    @display(description="Id for the shop")
    def wire_id(self, stack: PromotionStack) -> str:
        return stack.public_id

    @display(description="Tiers, in order")
    def tiers_in_order(self, stack: PromotionStack) -> str:
        return ", ".join(place.tier.name for place in stack.stacked_tiers.all())

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = StackForm if obj else NewStackForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return (("Basics", {"fields": ("campaign", "name", "category")}),)
        return (
            ("Basics", {"fields": ("of_campaign", "name", "category", "wire_id")}),
            ("Tiers", {"fields": ("tiers",)}),
            ("More", {"fields": ("created_at", "updated_at")}),
        )

    def lead(self, request: HttpRequest, obj: PromotionStack) -> str:
        return f"Tiers of {obj.campaign.name} that are used together."

    def facts(self, request: HttpRequest, obj: PromotionStack) -> list[Fact]:
        return [Fact(title="Tiers", value=f"{len(obj.stacked_tiers.all()):,}")]

    def panels(self, request: HttpRequest, obj: PromotionStack) -> list[Panel]:
        now = timezone.now()
        tiers = [place.tier for place in obj.stacked_tiers.all()]
        for tier in tiers:
            tier.campaign = obj.campaign
        ruled = Ruled(tiers)
        return [
            Panel(
                key="tiers",
                title="Tiers",
                headers=("Place", "Tier", "Discount", "Conditions", "State"),
                rows=[
                    (
                        str(place),
                        rows.tier_link(tier),
                        ruled.offer(tier),
                        ruled.conditions(tier),
                        rows.state_label(tier_state(tier, now)),
                    )
                    for place, tier in enumerate(tiers, start=1)
                ],
                empty="There are none.",
            )
        ]

    def save_model(self, request: HttpRequest, obj: PromotionStack, form: Any, change: bool) -> None:
        actor, now, spec = staff_actor(request), timezone.now(), form.spec()
        if change:
            saved = stacks.update(stack_id=obj.pk, spec=spec, actor=actor, now=now)
        else:
            campaign = form.cleaned_data["campaign"]
            saved = stacks.create(campaign_id=campaign.pk, spec=spec, actor=actor, now=now)
        adopt(obj, saved)

    def response_post_save_add(self, request: HttpRequest, obj: PromotionStack) -> HttpResponse:
        """On to its page, where the tiers are chosen."""
        return HttpResponseRedirect(reverse("admin:promotions_promotionstack_change", args=[obj.pk]))

    def delete_model(self, request: HttpRequest, obj: PromotionStack) -> None:
        stacks.delete(stack_id=obj.pk, actor=staff_actor(request), now=timezone.now())
