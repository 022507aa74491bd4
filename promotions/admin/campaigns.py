from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import display

from core import words
from core.admin.base import adopt, staff_actor
from core.admin.pages import Fact, PageAdmin, Panel
from core.selectors import areas
from integrations.admin import job_progress
from promotions import extras, reports
from promotions.admin import campaign_panels, preview, summary_panel
from promotions.admin.conditions import CONDITIONS_FIELDS, ConditionsMixin, said_conditions
from promotions.admin.filters import CampaignStateFilter
from promotions.admin.forms.campaigns import CampaignForm, NewCampaignForm
from promotions.admin.forms.charsets import OWN
from promotions.admin.forms.discounts import DISCOUNT_CONDITIONS
from promotions.admin.forms.drafts import DraftForm
from promotions.admin.forms.parts import (
    READ_IN_WORDS,
    TIME_FIELDS,
    discount_sections,
    has_more_limits,
    worth_sections,
)
from promotions.admin.in_places import InPlacesMixin
from promotions.admin.publishing import PublishButton
from promotions.admin.versioned import VersionedMixin
from promotions.models import Campaign
from promotions.selectors import generation
from promotions.services import campaigns
from promotions.words import STATE_COLOURS, campaign_state, time_limits

_HAS_CODES = f"campaign_type != '{Campaign.CampaignType.PROMOTION}'"
_HAS_DISCOUNT = f"campaign_type != '{Campaign.CampaignType.GIFT_VOUCHERS}'"
_IS_ONE_CODE = f"type == '{Campaign.Type.STANDALONE}'"


@admin.register(Campaign)
class CampaignAdmin(InPlacesMixin, PublishButton, ConditionsMixin, VersionedMixin, PageAdmin):
    """Marketing ideas, with their codes or promotion tiers."""

    class Media:
        css: ClassVar = {"all": ("promotions/budgets.css", "promotions/preview.css")}

    resource = "campaigns"
    form = CampaignForm
    change_form_outer_before_template = "promotions/admin/campaign_head.html"
    in_words = {**READ_IN_WORDS, "applies_in": "applies"}  # noqa: RUF012
    empty_hint = "A campaign holds a discount and its codes. “New campaign in steps” leads through all."
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
    readonly_fields = (
        "kind",
        "codes_kind",
        "new_cards",
        "codes_planned",
        "conditions_in_words",
        "limits_in_words",
        "applies",
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
        if campaign.is_draft:
            return f"{self.codes_planned(campaign)} at its launch"
        return words.number(campaign.vouchers_count)

    @display(description="Redemptions", ordering="redeemed")
    def redeemed(self, campaign: Campaign) -> str:
        return words.number(campaign.redeemed)  # type: ignore[attr-defined]

    @display(description="Discount given", ordering="discount_given")
    def given(self, campaign: Campaign) -> str:
        return words.money(campaign.discount_given)  # type: ignore[attr-defined]

    # Page -------------------------------------------------------------------------------------------------
    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """One of a kind that has a page of its own is shown there."""
        if object_id is not None and object_id.isdecimal() and request.method == "GET":
            rows = Campaign.objects.filter(pk=int(object_id), deleted_at=None)
            own = extras.page_of(rows.values_list("campaign_type", flat=True).first() or "")
            if own is not None:
                return HttpResponseRedirect(own.url(int(object_id)))
        return super().changeform_view(request, object_id, *args, **kwargs)

    @display(description="Discount")
    def offer(self, row: Any) -> str:
        own = extras.page_of(row.campaign_type)
        return (own.offer(row) if own is not None else "") or super().offer(row)

    @display(description="Kind")
    def kind(self, campaign: Campaign) -> str:
        own = extras.page_of(campaign.campaign_type)
        if own is not None:
            return own.kind
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

    @display(description="At the launch")
    def codes_planned(self, campaign: Campaign) -> str:
        return campaign_panels.planned(campaign)

    @display(description="Applies")
    def applies(self, campaign: Campaign) -> str:
        return areas.spoken(campaign.places)

    @display(description="Time limits")
    def limits_in_words(self, campaign: Campaign) -> str:
        return time_limits(campaign)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = self._form_of(request, obj)
        return super().get_form(request, obj, change=change, **kwargs)

    def _form_of(self, request: HttpRequest, obj: Campaign | None) -> type[CampaignForm]:
        if obj is None:
            return NewCampaignForm
        return DraftForm if self._shows_plan(request, obj) else CampaignForm

    def _shows_plan(self, request: HttpRequest, obj: Campaign) -> bool:
        """Whether the page is the form of a draft that gets codes; a promotion has its tiers already."""
        has_codes = obj.campaign_type != Campaign.CampaignType.PROMOTION
        return obj.is_draft and has_codes and self.has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return _NEW
        if self._shows_plan(request, obj):
            return _draft(obj)
        is_promotion = obj.campaign_type == Campaign.CampaignType.PROMOTION
        time = ("limits_in_words", "starts_at", "ends_at") if has_more_limits(obj) else TIME_FIELDS
        kind = ("name", "kind", "description", "category")
        planned = ("codes_planned",) if obj.is_draft else ()
        found: list[tuple[str, dict[str, Any]]] = [
            ("Basics", {"fields": kind if is_promotion else (*kind, "codes_kind", *planned)})
        ]
        if obj.discount:
            found += discount_sections(obj)
        if obj.gift:
            found.append(("Gift cards", {"fields": ("new_cards",)}))
        found.append(("Conditions", {"fields": CONDITIONS_FIELDS}))
        found.append(("Time", {"fields": time}))
        found.append(_WHERE)
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
        "characters": f"{_HAS_CODES} && !({_IS_ONE_CODE}) && charset == '{OWN}'",
        "code_preview": f"{_HAS_CODES} && !({_IS_ONE_CODE})",
        "banner": f"campaign_type == '{Campaign.CampaignType.PROMOTION}'",
        # The form of an existing campaign has no field for its kind.
        "return_policy": f"typeof campaign_type === 'undefined' || {_HAS_DISCOUNT}",
    }

    def lead(self, request: HttpRequest, obj: Campaign) -> str:
        return campaign_panels.lead(obj, staff_actor(request), timezone.now())

    def facts(self, request: HttpRequest, obj: Campaign) -> list[Fact]:
        return campaign_panels.facts(obj)

    def panels(self, request: HttpRequest, obj: Campaign) -> list[Panel]:
        now = timezone.now()
        found = [
            *campaign_panels.panels(obj, now),
            *extras.panels_of(request, obj, now),
            preview.panel(campaign=obj.pk),
        ]
        if not obj.is_draft:
            found.append(summary_panel.panel(obj, now))
        return [*found, *self.version_panels(request, obj)]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        job = generation.shown(obj) if obj is not None else None
        context = {**context, "progress": job and job_progress.of(job, timezone.now())}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_model(self, request: HttpRequest, obj: Campaign, form: Any, change: bool) -> None:
        actor, now = staff_actor(request), timezone.now()
        if change:
            spec = replace(form.spec(), conditions=said_conditions(form), access=form.access())
            if self.postponed(request, form, "campaigns.update", campaign_id=obj.pk, spec=spec):
                return
            saved = campaigns.update(campaign_id=obj.pk, spec=spec, actor=actor, now=now)
        else:
            spec = replace(form.spec(), access=form.access(), is_draft="_draft" in request.POST)
            saved = campaigns.create(spec=spec, actor=actor, now=now)
        adopt(obj, saved)

    def response_add(
        self, request: HttpRequest, obj: Campaign, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To its page: there it is launched, and there its codes are."""
        text = "is saved as a draft. Launch it when it is ready." if obj.is_draft else "is launched."
        self.message_user(request, f"{obj} {text}", messages.SUCCESS)
        return HttpResponseRedirect(self.url_of(obj))


_WHERE: Final = ("Where it applies", {"fields": ("applies_in",)})
_CODES = (
    "Codes",
    {"fields": ("type", "code", "codes_wanted", "pattern", "charset", "characters", "code_preview")},
)
_LIMITS = ("Limits", {"fields": ("voucher_redemption_quantity", "join_once", "protected")})
_NEW = (
    ("Basics", {"fields": ("campaign_type", "name", "description", "banner", "category")}),
    *worth_sections(),
    ("Conditions", {"fields": ("conditions",)}),
    ("Time", {"fields": TIME_FIELDS}),
    _WHERE,
    _CODES,
    _LIMITS,
    ("More", {"fields": ("return_policy", "metadata")}),
)


def _draft(obj: Campaign) -> tuple[tuple[str, dict[str, Any]], ...]:
    time = ("limits_in_words", "starts_at", "ends_at") if has_more_limits(obj) else TIME_FIELDS
    return (
        ("Basics", {"fields": ("campaign_type", "name", "description", "category")}),
        *worth_sections(obj),
        ("Conditions", {"fields": CONDITIONS_FIELDS}),
        ("Time", {"fields": time}),
        _WHERE,
        _CODES,
        _LIMITS,
        ("More", {"fields": ("return_policy", "metadata", "created_at", "updated_at")}),
    )
