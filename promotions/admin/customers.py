"""The customer's page of commerce, with what promotions know: codes and redemptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from commerce.admin.customers import CustomerAdmin as CommerceCustomerAdmin
from commerce.models import Customer
from core import words
from core.admin.pages import SHOWN_ROWS, Panel
from promotions import extras
from promotions.admin import publication_panels, rows
from promotions.admin.why import WhyMixin
from promotions.models import Redemption

admin.site.unregister(Customer)


@admin.register(Customer)
class CustomerAdmin(WhyMixin, CommerceCustomerAdmin):
    actions_detail: Any = ("why_page", *CommerceCustomerAdmin.actions_detail)

    def why_question(self, obj: Customer) -> Mapping[str, str]:
        return {"customer": f"customer:{obj.public_id}"}

    def panels(self, request: HttpRequest, obj: Customer) -> list[Panel]:
        orders, *others = super().panels(request, obj)
        now = timezone.now()
        added = extras.panels_of(request, obj, now)
        return [orders, publication_panels.wallet(obj, now), *added, _redemptions(obj), *others]


def _redemptions(customer: Customer) -> Panel:
    related = ("voucher", "promotion_tier", "customer", "order")
    found = Redemption.objects.filter(customer=customer).select_related(*related)
    return Panel(
        key="redemptions",
        title="Redemptions",
        headers=rows.REDEMPTION_HEADERS,
        rows=[rows.redemption_row(row) for row in found.order_by("-redeemed_at", "-pk")[:SHOWN_ROWS]],
        empty="This customer redeemed nothing so far.",
        all_url=f"{reverse('admin:promotions_redemption_changelist')}?customer__id__exact={customer.pk}",
        all_label=f"See all {words.count(customer.redemptions_succeeded, 'redemption')} and refusals",
    )
