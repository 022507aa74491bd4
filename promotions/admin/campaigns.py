from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core import words
from core.admin.base import adopt, htmx_redirect, reported, staff_actor
from core.admin.pages import Fact, PageAdmin, Panel
from promotions import reports
from promotions.admin import campaign_panels, version_panel
from promotions.admin.conditions import CONDITIONS_FIELDS, ConditionsMixin, said_conditions
from promotions.admin.filters import CampaignStateFilter
from promotions.admin.forms.campaigns import AddCodesForm, CampaignForm, NewCampaignForm
from promotions.admin.forms.discounts import DISCOUNT_CONDITIONS
from promotions.admin.forms.parts import (
    READ_IN_WORDS,
    TIME_FIELDS,
    discount_sections,
    has_more_limits,
    worth_sections,
)
from promotions.models import Campaign
from promotions.services import campaigns
from promotions.services.campaigns import AT_ONCE
from promotions.services.vouchers import VoucherSpec
from promotions.words import STATE_COLOURS, campaign_state, time_limits

_HAS_CODES = f"campaign_type != '{Campaign.CampaignType.PROMOTION}'"
_HAS_DISCOUNT = f"campaign_type != '{Campaign.CampaignType.GIFT_VOUCHERS}'"
_IS_ONE_CODE = f"type == '{Campaign.Type.STANDALONE}'"


@admin.register(Campaign)
class CampaignAdmin(ConditionsMixin, PageAdmin):
    """Marketing ideas, with their codes or promotion tiers."""

    class Media:
        css: ClassVar = {"all": ("promotions/budgets.css",)}

    resource = "campaigns"
    form = CampaignForm
    in_words = READ_IN_WORDS
    empty_hint = "A campaign holds a discount and its codes. Make the first one: it takes a minute."
    list_display = (
        "name_and_kind",
        "state",
        "offer",
        "conditions_listed",
        "runs",
        "codes",
        "redeemed",
        "given",
    )
    list_filter = (
        CampaignStateFilter,
        ("campaign_type", ChoicesDropdownFilter),
        ("category", RelatedDropdownFilter),
        ("starts_at", RangeDateTimeFilter),
        ("ends_at", RangeDateTimeFilter),
    )
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the campaign's name."
    ordering = ("-created_at", "-pk")
    actions = ("enable_chosen", "disable_chosen")
    actions_detail = ("add_codes", "add_tier", "enable", "disable", "to_bin")
    readonly_fields = (
        "kind",
        "codes_kind",
        "new_cards",
        "conditions_in_words",
        "limits_in_words",
        "created_at",
        "updated_at",
    )

    # Lists ------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        return reports.with_results(super().get_queryset(request).filter(deleted_at=None))

    @display(description="Campaign", header=True, ordering="name")
    def name_and_kind(self, campaign: Campaign) -> tuple[str, str]:
        return campaign.name, self.kind(campaign)

    @display(description="State", label=STATE_COLOURS)
    def state(self, campaign: Campaign) -> str:
        return campaign_state(campaign, timezone.now())

    @display(description="Runs", ordering="starts_at")
    def runs(self, campaign: Campaign) -> str:
        return words.period(campaign.starts_at, campaign.ends_at)

    @display(description="Codes", ordering="vouchers_count")
    def codes(self, campaign: Campaign) -> str:
        if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
            return "without codes"
        return f"{campaign.vouchers_count:,}"

    @display(description="Redemptions", ordering="redeemed")
    def redeemed(self, campaign: Campaign) -> str:
        return f"{campaign.redeemed:,}"  # type: ignore[attr-defined]

    @display(description="Discount given", ordering="discount_given")
    def given(self, campaign: Campaign) -> str:
        return words.money(campaign.discount_given)  # type: ignore[attr-defined]

    # Page -------------------------------------------------------------------------------------------------
    @display(description="Kind")
    def kind(self, campaign: Campaign) -> str:
        kinds = Campaign.CampaignType
        if campaign.campaign_type == kinds.PROMOTION:
            return "Promotion without a code"
        return "Gift cards" if campaign.campaign_type == kinds.GIFT_VOUCHERS else "Discount codes"

    @display(description="New cards")
    def new_cards(self, campaign: Campaign) -> str:
        return f"{self.offer(campaign)}. Fixed since the campaign was made; single cards can be changed."

    @display(description="Codes")
    def codes_kind(self, campaign: Campaign) -> str:
        return campaign.get_type_display()

    @display(description="Time limits")
    def limits_in_words(self, campaign: Campaign) -> str:
        return time_limits(campaign)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = CampaignForm if obj else NewCampaignForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return _NEW
        is_promotion = obj.campaign_type == Campaign.CampaignType.PROMOTION
        time = ("limits_in_words", "starts_at", "ends_at") if has_more_limits(obj) else TIME_FIELDS
        kind = ("name", "kind", "description", "category")
        found: list[tuple[str, dict[str, Any]]] = [
            ("Basics", {"fields": kind if is_promotion else (*kind, "codes_kind")})
        ]
        if obj.discount:
            found += discount_sections(obj)
        if obj.gift:
            found.append(("Gift cards", {"fields": ("new_cards",)}))
        found.append(("Conditions", {"fields": CONDITIONS_FIELDS}))
        found.append(("Time", {"fields": time}))
        limits = ("protected",) if is_promotion else ("voucher_redemption_quantity", "join_once", "protected")
        found.append(("Limits", {"fields": limits}))
        returns = () if obj.gift else ("return_policy",)
        found.append(("More", {"fields": (*returns, "metadata", "created_at", "updated_at")}))
        return found

    conditional_fields = {  # noqa: RUF012
        **DISCOUNT_CONDITIONS,
        "type": f"{_HAS_CODES} || campaign_type === undefined",
        "code": f"{_HAS_CODES} && {_IS_ONE_CODE}",
        "codes_wanted": f"{_HAS_CODES} && type == '{Campaign.Type.STATIC}'",
        "pattern": f"{_HAS_CODES} && !({_IS_ONE_CODE})",
        "charset": f"{_HAS_CODES} && !({_IS_ONE_CODE})",
        "banner": f"campaign_type == '{Campaign.CampaignType.PROMOTION}'",
        # The form of an existing campaign has no field for its kind.
        "return_policy": f"typeof campaign_type === 'undefined' || {_HAS_DISCOUNT}",
    }

    def lead(self, request: HttpRequest, obj: Campaign) -> str:
        return campaign_panels.lead(obj, timezone.now())

    def facts(self, request: HttpRequest, obj: Campaign) -> list[Fact]:
        return campaign_panels.facts(obj)

    def panels(self, request: HttpRequest, obj: Campaign) -> list[Panel]:
        return [*campaign_panels.panels(obj, timezone.now()), version_panel.panel(obj)]

    def save_model(self, request: HttpRequest, obj: Campaign, form: Any, change: bool) -> None:
        actor, now = staff_actor(request), timezone.now()
        if change:
            spec = replace(form.spec(), conditions=said_conditions(form))
            saved = campaigns.update(campaign_id=obj.pk, spec=spec, actor=actor, now=now)
        else:
            saved = campaigns.create(spec=form.spec(), actor=actor, now=now)
        adopt(obj, saved)

    # Actions ----------------------------------------------------------------------------------------------
    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only the buttons that mean something for this campaign. The services decide again."""
        campaign = Campaign.objects.filter(pk=object_id).first()
        if campaign is None or campaign.deleted_at is not None:
            return []
        is_promotion = campaign.campaign_type == Campaign.CampaignType.PROMOTION
        useless = {"enable" if campaign.is_active else "disable", "add_codes" if is_promotion else "add_tier"}
        if campaign.type == Campaign.Type.STANDALONE:
            useless.add("add_codes")
        names = {f"promotions_campaign_{name}" for name in useless}
        return [
            found
            for found in super().get_actions_detail(request, object_id)
            if found.action_name not in names
        ]

    def has_bin_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "delete")

    @admin.action(description="Enable the chosen campaigns", permissions=["change"])
    def enable_chosen(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        self._switch(request, queryset, True)

    @admin.action(description="Disable the chosen campaigns", permissions=["change"])
    def disable_chosen(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        self._switch(request, queryset, False)

    @action(
        description="Add codes",
        icon="add_circle",
        variant=ActionVariant.PRIMARY,
        permissions=["change"],
        dialog={
            "title": "Add codes",
            "description": f"Up to {AT_ONCE} are there at once, more within minutes.",
            "form_class": AddCodesForm,
            "form_submit_text": "Add codes",
        },
    )
    def add_codes(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        campaign = self.found(request, object_id)
        count, pattern = form.cleaned_data["count"], form.cleaned_data["pattern"]
        config = (
            {**campaign.code_config, "pattern": pattern, "prefix": "", "postfix": ""} if pattern else None
        )
        is_quick = count <= AT_ONCE
        with reported(self, request, campaign):
            campaigns.add_codes(
                campaign=campaign,
                count=count,
                spec=VoucherSpec(code_config=config),
                actor=staff_actor(request),
                now=timezone.now(),
            )
            made = words.count(count, "code")
            text = (
                f"{made} added." if is_quick else f"{made} are being made. See background jobs for progress."
            )
            self.message_user(request, text, messages.SUCCESS)
        return htmx_redirect(self.url_of(campaign))

    @action(
        description="Add a tier", icon="add_circle", variant=ActionVariant.PRIMARY, permissions=["change"]
    )
    def add_tier(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link to the form: nothing is changed here."""
        return HttpResponseRedirect(f"{reverse('admin:promotions_promotiontier_add')}?campaign={object_id}")

    @action(
        description="Enable",
        icon="play_circle",
        permissions=["change"],
        dialog={
            "title": "Enable this campaign?",
            "description": "Within its dates its codes and tiers can be redeemed at once.",
            "form_submit_text": "Enable",
        },
    )
    def enable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        campaign = self.found(request, object_id)
        self._switch(request, Campaign.objects.filter(pk=campaign.pk), True)
        return htmx_redirect(self.url_of(campaign))

    @action(
        description="Disable",
        icon="pause_circle",
        permissions=["change"],
        dialog={
            "title": "Disable this campaign?",
            "description": "None of its codes and tiers can be redeemed until it is enabled again.",
            "form_submit_text": "Disable",
        },
    )
    def disable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        campaign = self.found(request, object_id)
        self._switch(request, Campaign.objects.filter(pk=campaign.pk), False)
        return htmx_redirect(self.url_of(campaign))

    @action(
        description="Delete",
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["bin"],
        dialog={
            "title": "Delete this campaign with all its codes?",
            "description": (
                "It goes into the bin: nothing of it can be redeemed any more. Its name and codes stay "
                "taken, past redemptions stay readable."
            ),
            "form_submit_text": "Delete",
        },
    )
    def to_bin(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        campaign = self.found(request, object_id)
        with reported(self, request, campaign):
            campaigns.delete(
                campaign_id=campaign.pk, force=False, actor=staff_actor(request), now=timezone.now()
            )
            self.message_user(request, f"{campaign} is in the bin.", messages.SUCCESS)
        return htmx_redirect(self.list_url())

    def _switch(self, request: HttpRequest, queryset: QuerySet[Campaign], is_active: bool) -> None:
        for campaign in queryset:
            with reported(self, request, campaign):
                campaigns.set_active(
                    campaign_id=campaign.pk,
                    is_active=is_active,
                    actor=staff_actor(request),
                    now=timezone.now(),
                )
                word = "enabled" if is_active else "disabled"
                self.message_user(request, f"{campaign} is {word}.", messages.SUCCESS)


_NEW = (
    ("Basics", {"fields": ("campaign_type", "name", "description", "banner", "category")}),
    *worth_sections(),
    ("Conditions", {"fields": ("conditions",)}),
    ("Time", {"fields": TIME_FIELDS}),
    ("Codes", {"fields": ("type", "code", "codes_wanted", "pattern", "charset")}),
    ("Limits", {"fields": ("voucher_redemption_quantity", "join_once", "protected")}),
    ("More", {"fields": ("return_policy", "metadata")}),
)
