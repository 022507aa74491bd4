"""Members: who holds a card of a programme. The page of one is its statement."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeNumericFilter
from unfold.decorators import action, display

from commerce.admin.rows import customer_link, customer_name
from core import words
from core.admin.base import staff_allows
from core.admin.dialogs import DialogsMixin
from core.admin.pages import Fact, Panel, ReadOnlyPageAdmin
from loyalty import programme_words
from loyalty.admin import member_panels, rows
from loyalty.admin.member_moves import MoveButtons
from loyalty.admin.programmes import today
from loyalty.admin.statement import StatementMixin
from loyalty.models import LoyaltyCard
from loyalty.services import reward_redemptions
from promotions.admin.rows import voucher_link


@admin.register(LoyaltyCard)
class MemberAdmin(StatementMixin, MoveButtons, DialogsMixin, ReadOnlyPageAdmin):
    """Cards that were given out or moved; nobody edits them, points are moved by services."""

    class Media:
        css: ClassVar = {"all": ("loyalty/loyalty.css",)}

    resource = "vouchers"
    change_form_outer_before_template = "loyalty/admin/member_head.html"
    empty_hint = (
        "Nobody has joined a programme yet. “Add a member” on the page of a programme gives a card; with "
        "joining by themselves, the first paid order does."
    )
    list_display = ("card", "customer", "of_programme", "tier_held", "points_left", "waiting", "active")
    list_filter = (
        ("campaign", AutocompleteSelectFilter),
        ("tier", AutocompleteSelectFilter),
        ("balance", RangeNumericFilter),
    )
    search_fields = (
        "voucher__code_key__startswith",
        "voucher__holder__email__istartswith",
        "voucher__holder__name__istartswith",
        "voucher__holder__source_id__exact",
    )
    search_help_text = "The beginning of a card's code, of a name or of an e-mail address."
    ordering = ("-voucher",)
    fields = ("card_link", "customer", "of_programme", "opened", "active")
    readonly_fields = fields
    actions_detail: Any = (*MoveButtons.actions_detail, "estimate_page")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(
                "<int:object_id>/statement/",
                view(self.statement_view),
                name="loyalty_loyaltycard_statement",
            ),
            path(
                "<int:object_id>/statement/csv/",
                view(self.statement_csv_view),
                name="loyalty_loyaltycard_statement_csv",
            ),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LoyaltyCard]:
        found = super().get_queryset(request).filter(campaign__deleted_at=None)
        return found.select_related("voucher", "voucher__holder", "campaign", "tier")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LoyaltyCard], search_term: str
    ) -> tuple[QuerySet[LoyaltyCard], bool]:
        """All of it as one: names have spaces."""
        term = search_term.strip().replace('"', "")
        return super().get_search_results(request, queryset, f'"{term}"' if " " in term else term)

    def title(self, obj: LoyaltyCard) -> str:
        holder = obj.voucher.holder
        if holder is None or holder.deleted_at is not None:
            return obj.voucher.code
        return f"{customer_name(holder)}, {obj.voucher.code}"

    # List and page ----------------------------------------------------------------------------------------
    @display(description="Card")
    def card(self, card: LoyaltyCard) -> str:
        return format_html('<span class="fanfare-code">{}</span>', card.voucher.code)

    @display(description="Card")
    def card_link(self, card: LoyaltyCard) -> str:
        return voucher_link(card.voucher)

    @display(description="Customer")
    def customer(self, card: LoyaltyCard) -> str:
        return customer_link(card.voucher.holder)

    @display(description="Programme")
    def of_programme(self, card: LoyaltyCard) -> str:
        return rows.programme_link(card.campaign)

    @display(description="Tier", ordering="tier__points_from")
    def tier_held(self, card: LoyaltyCard) -> str:
        return card.tier.name if card.tier else words.NOTHING

    @display(description="Balance", ordering="balance")
    def points_left(self, card: LoyaltyCard) -> str:
        return words.number(card.balance)

    @display(description="Pending", ordering="pending_points")
    def waiting(self, card: LoyaltyCard) -> str:
        return words.number(card.pending_points) if card.pending_points else words.NOTHING

    @display(description="Last activity", ordering="last_activity_on")
    def active(self, card: LoyaltyCard) -> str:
        return programme_words.day(card.last_activity_on)

    @display(description="Member since")
    def opened(self, card: LoyaltyCard) -> str:
        return words.day(card.opened_at)

    def lead(self, request: HttpRequest, obj: LoyaltyCard) -> str:
        holder = obj.voucher.holder
        who = "Nobody holds this card" if holder is None else customer_link(holder)
        return format_html(
            "{}, card {} of {}, since {}.",
            who,
            voucher_link(obj.voucher),
            rows.programme_link(obj.campaign),
            words.day(obj.opened_at),
        )

    def facts(self, request: HttpRequest, obj: LoyaltyCard) -> list[Fact]:
        return member_panels.facts(obj, today())

    def panels(self, request: HttpRequest, obj: LoyaltyCard) -> list[Panel]:
        return member_panels.panels(
            obj,
            may_change=self.has_move_permission(request, obj),
            may_hand_over=staff_allows(request.user, reward_redemptions.PERMISSION),
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        if obj is not None:
            context = {**context, "progress": member_panels.progress(obj, today())}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    # Buttons ----------------------------------------------------------------------------------------------
    @action(description="What would an order earn?", icon="calculate", permissions=["view"])
    def estimate_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        card = self.found(request, object_id)
        holder = card.voucher.holder
        query = {"programme": card.campaign_id}
        if holder is not None:
            query["customer"] = f"customer:{holder.public_id}"
        return HttpResponseRedirect(reverse("admin:loyalty_estimate", query=query))
