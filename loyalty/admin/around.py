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
from promotions import extras
from promotions.admin.forms.gifts import DISCOUNT_CLASS
from promotions.admin.orders import OrderAdmin as PromotionsOrderAdmin
from promotions.admin.returning import ReturnButton
from promotions.admin.vouchers import VoucherAdmin as PromotionsVoucherAdmin
from promotions.models import Campaign, Voucher

for _model in (Voucher, Order):
    admin.site.unregister(_model)


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
        empty="It earned no points. “Points: why?” above says what each rule makes of it.",
    )


extras.register_page(
    Campaign.CampaignType.LOYALTY_PROGRAM,
    extras.OwnPage(
        kind="Loyalty programme", url=rows.programme_url, offer=lambda campaign: "Points and rewards"
    ),
)
extras.register_panels("loyalty", lambda request, customer, now: [_cards(customer)], on=extras.CUSTOMER)
extras.register_panels("loyalty", lambda request, order, now: [_points(order)], on=extras.ORDER)
