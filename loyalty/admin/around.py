"""The pages of campaigns, codes, customers and orders, with what loyalty knows of them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.decorators import action, display

from commerce.models import Customer, Order
from core import words
from core.admin.pages import Fact, Panel
from loyalty import programme_words, statement_words
from loyalty.admin import rows
from loyalty.models import Earning, LoyaltyCard
from promotions.admin.campaigns import CampaignAdmin as PromotionsCampaignAdmin
from promotions.admin.customers import CustomerAdmin as PromotionsCustomerAdmin
from promotions.admin.forms.gifts import DISCOUNT_CLASS
from promotions.admin.orders import OrderAdmin as PromotionsOrderAdmin
from promotions.admin.returning import ReturnButton
from promotions.admin.vouchers import VoucherAdmin as PromotionsVoucherAdmin
from promotions.models import Campaign, Voucher

for _model in (Campaign, Voucher, Customer, Order):
    admin.site.unregister(_model)


@admin.register(Campaign)
class CampaignAdmin(PromotionsCampaignAdmin):
    """A programme has a page of its own, with everything on it."""

    @display(description="Kind")
    def kind(self, campaign: Campaign) -> str:
        return "Loyalty programme" if _is_programme(campaign) else super().kind(campaign)

    @display(description="Discount")
    def offer(self, row: Any) -> str:
        return "Points and rewards" if _is_programme(row) else super().offer(row)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if object_id is not None and object_id.isdecimal() and request.method == "GET":
            kind = Campaign.CampaignType.LOYALTY_PROGRAM
            rows_ = Campaign.objects.filter(pk=int(object_id), campaign_type=kind, deleted_at=None)
            if rows_.exists():
                return HttpResponseRedirect(rows.programme_url(int(object_id)))
        return super().changeform_view(request, object_id, *args, **kwargs)


@admin.register(Voucher)
class VoucherAdmin(PromotionsVoucherAdmin):
    """The way to the statement of a loyalty card."""

    actions_detail: Any = ("statement", *PromotionsVoucherAdmin.actions_detail)

    @display(description="Discount")
    def offer(self, row: Any) -> str:
        return "Loyalty card" if _is_card(row) else super().offer(row)

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        """A card has points, no discount."""
        found = super().sections(request, obj)
        if obj is None or not _is_card(obj):
            return found
        return [section for section in found if DISCOUNT_CLASS not in section[1].get("classes", ())]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        found = super().get_actions_detail(request, object_id)
        if LoyaltyCard.objects.filter(pk=object_id).exists():
            return found
        return [button for button in found if not button.action_name.endswith("_statement")]

    @action(description="Points and statement", icon="stars", permissions=["view"])
    def statement(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link: nothing is changed here."""
        self.found(request, object_id)
        return HttpResponseRedirect(rows.member_url(int(object_id)))

    def facts(self, request: HttpRequest, obj: Voucher) -> list[Fact]:
        found = super().facts(request, obj)
        card = LoyaltyCard.objects.filter(pk=obj.pk).first() if _is_card(obj) else None
        if card is None:
            return found
        balance = Fact(
            title="Balance", value=programme_words.points(card.balance), url=rows.member_url(card.pk)
        )
        return [fact if fact.title != "Discount" else balance for fact in found]


@admin.register(Customer)
class CustomerAdmin(PromotionsCustomerAdmin):
    def panels(self, request: HttpRequest, obj: Customer) -> list[Panel]:
        found = super().panels(request, obj)
        return [*found[:2], _cards(obj), *found[2:]]


@admin.register(Order)
class OrderAdmin(PromotionsOrderAdmin):
    actions_detail: Any = (*PromotionsOrderAdmin.actions_detail, "points_why")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Also of orders of which nothing can come back any more."""
        found = super().get_actions_detail(request, object_id)
        if any(button.action_name.endswith("_points_why") for button in found):
            return found
        every = super(ReturnButton, self).get_actions_detail(request, object_id)
        return [*found, *(button for button in every if button.action_name.endswith("_points_why"))]

    @action(description="Points: why?", icon="stars", permissions=["view"])
    def points_why(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link: what it earned and would earn, and why."""
        order = self.found(request, object_id)
        return HttpResponseRedirect(reverse("admin:loyalty_estimate", query={"order": order.public_id}))

    def panels(self, request: HttpRequest, obj: Order) -> list[Panel]:
        return [*super().panels(request, obj), _points(obj)]


def _is_card(voucher: Voucher) -> bool:
    return voucher.type == Voucher.Type.LOYALTY_CARD


def _is_programme(campaign: Campaign) -> bool:
    return campaign.campaign_type == Campaign.CampaignType.LOYALTY_PROGRAM


def _cards(customer: Customer) -> Panel:
    """What the customer has in each programme."""
    found = LoyaltyCard.objects.filter(voucher__holder=customer, campaign__deleted_at=None)
    return Panel(
        key="points",
        title="Loyalty",
        headers=("Programme", "Card", "Tier", "Balance", "Pending", "Last activity"),
        rows=[
            (
                rows.programme_link(card.campaign),
                rows.member_link(card),
                card.tier.name if card.tier else words.NOTHING,
                words.number(card.balance),
                words.number(card.pending_points) if card.pending_points else words.NOTHING,
                programme_words.day(card.last_activity_on),
            )
            for card in found.select_related("voucher", "campaign", "tier").order_by("-pk")[:20]
        ],
        empty="Not a member of any loyalty programme.",
    )


def _points(order: Order) -> Panel:
    """What the order earned, and why so much; and the way to why it did not earn more."""
    found = Earning.objects.filter(order=order.pk)
    related = ("rule__segment", "rule__campaign", "card__voucher", "order")
    return Panel(
        key="points",
        title="Points",
        headers=("Programme", "Card", "Points", "Why so many", "Taken back"),
        rows=[
            (
                rows.programme_link(row.rule.campaign),
                rows.member_link(row.card),
                rows.signed(row.points),
                statement_words.basis(row),
                words.number(row.reversed_points) if row.reversed_points else words.NOTHING,
            )
            for row in found.select_related(*related).order_by("pk")[:20]
        ],
        empty="It earned no points. “Points: why?” above says what each rule makes of it.",
    )
