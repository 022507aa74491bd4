from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    RangeDateTimeFilter,
    RangeNumericFilter,
)
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from commerce.admin import rows
from commerce.admin.blocking import BlockButtons, BlockedFilter, blocked_facts
from commerce.models import Customer, Order, SegmentMembership
from commerce.services import customers, erasures
from commerce.services.customer_specs import COLUMNS, CustomerSpec
from core import words
from core.admin.base import adopt, htmx_redirect, reported, staff_actor
from core.admin.metadata import MetadataField
from core.admin.pages import SHOWN_ROWS, Fact, PageAdmin, Panel
from integrations.admin.list_files import ListFilesMixin

CHANNELS = {
    "API": "the shop, over the API",
    "CLIENT_API": "the shop's web page or app",
    "ADMIN": "this admin",
    "COMMAND": "an import",
    "TASK": "a background job",
}


class CustomerForm(forms.ModelForm):
    metadata = MetadataField()

    class Meta:
        model = Customer
        fields = ("source_id", *COLUMNS, "metadata")
        labels = {"source_id": "Id in the shop", "birthdate": "Date of birth"}  # noqa: RUF012


@admin.register(Customer)
class CustomerAdmin(ListFilesMixin, BlockButtons, PageAdmin):
    """People the shop told us about."""

    exported_object = "customer"
    import_kind = "customers"
    resource = "customers"
    is_deletable = True
    form = CustomerForm
    delete_hint = (
        "The customer disappears from lists and segments. Orders and redemptions stay, and the "
        "id in the shop is free again. To empty personal data as well, erase it instead."
    )
    empty_hint = "Customers arrive from the shop with their first order, or you add one here."
    list_display = ("who", "email", "place", "orders", "spent", "redemptions", "created_at")
    list_filter = (
        ("memberships__segment", AutocompleteSelectFilter),
        ("orders_count", RangeNumericFilter),
        ("last_order_at", RangeDateTimeFilter),
        ("created_at", RangeDateTimeFilter),
        BlockedFilter,
    )
    search_fields = ("source_id__exact", "public_id__exact", "^name", "^email", "^city")
    search_help_text = "Id in the shop, or the beginning of a name, e-mail address or city."
    ordering = ("-created_at", "-pk")
    readonly_fields = ("seen_through", "created_at", "updated_at")
    actions_detail: Any = ("block", "unblock", "erase")
    fieldsets = (
        ("Who", {"fields": ("source_id", "name", "email", "phone", "birthdate", "description")}),
        ("Address", {"fields": ("line_1", "line_2", "postal_code", "city", "state", "country")}),
        ("More", {"fields": ("metadata", "seen_through", "created_at", "updated_at")}),
    )
    add_fieldsets = (
        ("Who", {"fields": ("source_id", "name", "email", "phone", "birthdate", "description")}),
        ("Address", {"fields": ("line_1", "line_2", "postal_code", "city", "state", "country")}),
        ("More", {"fields": ("metadata",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return super().get_queryset(request).filter(deleted_at=None)

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("source_id", *self.readonly_fields) if obj and obj.source_id else self.readonly_fields

    @display(description="Customer", ordering="name", header=True)
    def who(self, customer: Customer) -> tuple[str, str]:
        notes = (customer.source_id, "blocked" if customer.blocked_at else "")
        return rows.customer_name(customer), ", ".join(filter(None, notes))

    @display(description="First seen through")
    def seen_through(self, customer: Customer) -> str:
        return CHANNELS.get(customer.channel, customer.channel.capitalize()) or words.NOTHING

    @display(description="Place")
    def place(self, customer: Customer) -> str:
        return ", ".join(filter(None, (customer.city, customer.country))) or words.NOTHING

    @display(description="Paid orders", ordering="orders_count")
    def orders(self, customer: Customer) -> str:
        return words.number(customer.orders_count)

    @display(description="Spent", ordering="orders_total_amount")
    def spent(self, customer: Customer) -> str:
        return words.money(customer.orders_total_amount)

    @display(description="Redemptions", ordering="redemptions_succeeded")
    def redemptions(self, customer: Customer) -> str:
        return words.number(customer.redemptions_succeeded)

    def title(self, obj: Customer) -> str:
        return rows.customer_name(obj)

    def lead(self, request: HttpRequest, obj: Customer) -> str:
        known = f"Known since {words.day(obj.created_at)}"
        return f"{known}, {obj.source_id} in the shop." if obj.source_id else f"{known}."

    def facts(self, request: HttpRequest, obj: Customer) -> list[Fact]:
        average = obj.orders_total_amount // obj.orders_count if obj.orders_count else None
        return [
            *blocked_facts(obj),
            Fact(title="Paid orders", value=words.number(obj.orders_count)),
            Fact(title="Spent", value=words.money(obj.orders_total_amount)),
            Fact(title="Average order", value=words.money(average)),
            Fact(
                title="Last paid order",
                value=words.day(obj.last_order_at),
                note=words.money(obj.last_order_amount) if obj.last_order_at else "",
            ),
            Fact(
                title="Redemptions",
                value=words.number(obj.redemptions_succeeded),
                note=(
                    f"{words.number(obj.redemptions_failed)} refused, "
                    f"{words.number(obj.rollbacks_succeeded)} taken back"
                ),
            ),
        ]

    def panels(self, request: HttpRequest, obj: Customer) -> list[Panel]:
        orders = Order.objects.filter(customer=obj).order_by("-created_at", "-pk")[:SHOWN_ROWS]
        memberships = SegmentMembership.objects.filter(customer=obj).select_related("segment")
        return [
            Panel(
                key="orders",
                title="Orders",
                headers=rows.ORDER_HEADERS,
                rows=[rows.order_row(order) for order in orders],
                empty="No order yet.",
                all_url=f"{reverse('admin:commerce_order_changelist')}?customer__id__exact={obj.pk}",
                all_label="See all orders of this customer",
            ),
            Panel(
                key="segments",
                title="Segments",
                headers=("Segment", "Since"),
                rows=[
                    (rows.segment_link(membership.segment), words.day(membership.entered_at))
                    for membership in memberships.order_by("segment__name", "pk")[: SHOWN_ROWS * 5]
                ],
                empty="In no segment.",
            ),
        ]

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in form.changed_data}
        spec = CustomerSpec(
            source_id=None if change else given.get("source_id"),
            values={name: given[name] for name in COLUMNS if name in given},
            metadata=form.cleaned_data.get("metadata") or {},
            replaces_metadata="metadata" in given,
        )
        actor, now = staff_actor(request), timezone.now()
        if change:
            saved = customers.update(customer_id=obj.pk, spec=spec, actor=actor, now=now)
        else:
            saved = customers.upsert(spec=spec, actor=actor, now=now)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: Customer) -> None:
        customers.delete(customer_id=obj.pk, actor=staff_actor(request), now=timezone.now())

    def has_erase_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "delete")

    @action(
        description="Erase personal data",
        icon="person_off",
        variant=ActionVariant.DANGER,
        permissions=["erase"],
        dialog={
            "title": "Erase all personal data of this customer?",
            "description": (
                "Name, address, events and segments are emptied for good. Amounts of orders stay, so that "
                "sums stay right. This cannot be undone."
            ),
            "form_submit_text": "Erase for good",
        },
    )
    def erase(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        with reported(self, request, "Customer"):
            erasures.erase(
                customer_id=self.found(request, object_id).pk, actor=staff_actor(request), now=timezone.now()
            )
            self.message_user(request, "The personal data is gone.", messages.SUCCESS)
        return htmx_redirect(self.list_url())
