"""Referrals that wait for somebody who decides, with the evidence; and those that were decided."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from core import words
from core.admin.pages import Fact, Panel, ReadOnlyPageAdmin
from promotions.admin.in_places import InPlacesMixin
from promotions.admin.rows import campaign_link, voucher_link
from referrals.admin import review_panels, review_rows
from referrals.admin.review_buttons import ReviewButtons
from referrals.models import Referral
from referrals.selectors import reviews, stakes

_ALL = "ALL"


class StateFilter(DropdownFilter):
    """Those that wait, unless somebody asks for others."""

    title = "state"
    parameter_name = "state"
    all_option: ClassVar = ["", "Waits for review"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        decided = [one for one in Referral.State.choices if one[0] != Referral.State.HELD]
        return [*decided, (_ALL, "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Referral]) -> QuerySet[Referral]:
        if self.value() == _ALL:
            return queryset
        state = self.value() if self.value() in Referral.State.values else Referral.State.HELD
        return queryset.filter(state=state)


@admin.register(Referral)
class ReviewAdmin(ReviewButtons, InPlacesMixin, ReadOnlyPageAdmin):
    """Nobody makes or changes referrals; people decide about those that were held."""

    class Media:
        css: ClassVar = {"all": ("referrals/reviews.css",)}

    resource = "referrals"
    change_form_outer_before_template = "referrals/admin/review_head.html"
    empty_hint = (
        "Nothing waits. Referrals come here when something speaks against them; what was decided is found "
        "by the filter."
    )
    list_display = ("who", "speaks_against", "order_amount", "brings", "programme", "since", "state_said")
    list_filter = (
        StateFilter,
        ("campaign", AutocompleteSelectFilter),
        ("referrer", AutocompleteSelectFilter),
        ("referee", AutocompleteSelectFilter),
        ("created_at", RangeDateTimeFilter),
    )
    search_fields = (
        "public_id__exact",
        "voucher__code_key__startswith",
        "referrer__source_id__exact",
        "referee__source_id__exact",
    )
    search_help_text = "The beginning of a code, or a customer's id in the shop."
    ordering = ("-pk",)
    fields = ("programme", "code", "cause_said", "since", "decision", "wire_id")
    readonly_fields = fields

    # List -------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Referral]:
        return reviews.with_both_sides(super().get_queryset(request))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """What is at stake with all rows of the page is looked up together."""
        found = super().get_changelist_instance(request)
        at_stake = stakes.of(found.result_list)
        for row in found.result_list:
            row.stake = at_stake[row.pk]
        return found

    @display(description="Who recommended whom")
    def who(self, row: Referral) -> SafeString:
        return format_html(
            '<span class="review-who">{}</span> <span class="fanfare-muted">by {}</span>',
            review_rows.title(row),
            row.voucher.code,
        )

    @display(description="Programme")
    def programme(self, row: Referral) -> str:
        return campaign_link(row.campaign)

    @display(description="Order")
    def order_amount(self, row: Any) -> str:
        return words.money(row.stake.order_amount)

    @display(description="Rewards")
    def brings(self, row: Any) -> SafeString | str:
        return review_rows.rewards(row.stake)

    @display(description="What speaks against it")
    def speaks_against(self, row: Referral) -> SafeString | str:
        return review_rows.chips(row) if row.findings else words.NOTHING

    @display(description="Happened", ordering="pk")
    def since(self, row: Referral) -> str:
        return words.when(row.created_at)

    @display(description="State")
    def state_said(self, row: Referral) -> SafeString:
        return review_rows.state_label(row)

    # Page -------------------------------------------------------------------------------------------------
    def called(self, row: Referral) -> str:
        return review_rows.title(row)

    def title(self, obj: Referral) -> str:
        return review_rows.title(obj)

    def lead(self, request: HttpRequest, obj: Referral) -> str:
        if obj.state != Referral.State.HELD:
            return ""
        return "It waits for somebody who decides. Until then it counts for nobody and brings no reward."

    def facts(self, request: HttpRequest, obj: Any) -> list[Fact]:
        return review_panels.facts(obj, self._stake(obj))

    def panels(self, request: HttpRequest, obj: Referral) -> list[Panel]:
        return review_panels.panels(obj, self._stake(obj))

    def _stake(self, obj: Any) -> stakes.Stake:
        if not hasattr(obj, "stake"):
            obj.stake = stakes.of([obj])[obj.pk]
        found: stakes.Stake = obj.stake
        return found

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> Any:
        if obj is not None:
            context = {**context, **review_panels.context(obj)}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @display(description="Code")
    def code(self, row: Referral) -> str:
        return voucher_link(row.voucher)

    @display(description="Why it was noted")
    def cause_said(self, row: Referral) -> str:
        return row.get_cause_display()

    @display(description="Decision")
    def decision(self, row: Referral) -> str:
        return review_panels.decided(row) or words.NOTHING

    @display(description="Id for the shop")
    def wire_id(self, row: Referral) -> str:
        return row.public_id
