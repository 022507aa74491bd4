"""The pages of campaigns, codes, customers and orders, with what loyalty knows of them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.decorators import action

from commerce.models import Customer, Order
from core import words
from core.admin.pages import Fact, Panel
from loyalty import programme_words, statement_words
from loyalty.admin import rows
from loyalty.models import Earning, LoyaltyCard
from promotions.admin.campaigns import CampaignAdmin as PromotionsCampaignAdmin
from promotions.admin.customers import CustomerAdmin as PromotionsCustomerAdmin
from promotions.admin.orders import OrderAdmin as PromotionsOrderAdmin
from promotions.admin.vouchers import VoucherAdmin as PromotionsVoucherAdmin
from promotions.models import Campaign, Voucher

for _model in (Campaign, Voucher, Customer, Order):
    admin.site.unregister(_model)


@admin.register(Campaign)
class CampaignAdmin(PromotionsCampaignAdmin):
    """A programme has a page of its own, with everything on it."""

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
    def panels(self, request: HttpRequest, obj: Order) -> list[Panel]:
        return [*super().panels(request, obj), _points(obj)]


def _is_card(voucher: Voucher) -> bool:
    return voucher.type == Voucher.Type.LOYALTY_CARD


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
        empty="It earned no points.",
        all_url=reverse("admin:loyalty_estimate", query={"order": f"{order.public_id}"}),
        all_label="Why so many?",
    )
