"""The order's page of commerce, with what was redeemed on it."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from commerce.admin.orders import OrderAdmin as CommerceOrderAdmin
from commerce.models import Order
from core.admin.pages import Panel
from promotions import extras, reports
from promotions.admin import return_rows, rows
from promotions.admin.returning import ReturnButton

_SHOWN = 50

admin.site.unregister(Order)


@admin.register(Order)
class OrderAdmin(ReturnButton, CommerceOrderAdmin):
    def panels(self, request: HttpRequest, obj: Order) -> list[Panel]:
        related = ("voucher", "promotion_tier", "customer", "order")
        found = reports.parts().filter(order=obj).select_related(*related).order_by("-redeemed_at", "-pk")
        return [
            *super().panels(request, obj),
            Panel(
                key="redemptions",
                title="Redeemed on it",
                headers=rows.REDEMPTION_HEADERS,
                rows=[rows.redemption_row(row) for row in found[:_SHOWN]],
                empty="No code and no promotion was redeemed on this order.",
            ),
            return_rows.panel(obj),
            *extras.panels_of(request, obj, timezone.now()),
        ]
