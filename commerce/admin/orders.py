from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RangeNumericFilter,
)
from unfold.decorators import display

from commerce.admin import rows
from commerce.models import Order, OrderItem
from commerce.selectors.order_wire import returned_units
from core import words
from core.admin.pages import Fact, Panel, ReadOnlyPageAdmin
from integrations.admin.list_files import ListFilesMixin

_LINES = 100


@admin.register(Order)
class OrderAdmin(ListFilesMixin, ReadOnlyPageAdmin):
    """What customers bought. Orders belong to the shop: they are looked at here, never typed."""

    exported_object = "order"
    import_kind = "orders"
    resource = "orders"
    empty_hint = "Orders arrive from the shop, and with the first redemption."
    list_display = ("number", "of_customer", "state", "before", "discount", "to_pay", "created_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("customer", AutocompleteSelectFilter),
        ("created_at", RangeDateTimeFilter),
        ("total_discount_amount", RangeNumericFilter),
    )
    list_select_related = ("customer",)
    search_fields = ("source_id__exact", "public_id__exact", "customer__source_id__exact")
    search_help_text = "Order id, or the customer's id in the shop."
    ordering = ("-created_at", "-pk")
    fields = ("source_id", "state", "of_customer", "created_at", "paid_at", "canceled_at", "noted")
    readonly_fields = ("state", "of_customer", "noted")

    @display(description="Order", ordering="source_id")
    def number(self, order: Order) -> str:
        return str(order)

    @display(description="Customer")
    def of_customer(self, order: Order) -> str:
        return rows.customer_link(order.customer)

    @display(
        description="State",
        ordering="status",
        label={status.label: colour for status, colour in rows.ORDER_COLOURS.items()},
    )
    def state(self, order: Order) -> str:
        return order.get_status_display()

    @display(description="Amount", ordering="amount")
    def before(self, order: Order) -> str:
        return words.money(order.amount)

    @display(description="Discount", ordering="total_discount_amount")
    def discount(self, order: Order) -> str:
        return words.money(order.total_discount_amount) if order.total_discount_amount else words.NOTHING

    @display(description="To pay", ordering="total_amount")
    def to_pay(self, order: Order) -> str:
        return words.money(order.total_amount)

    def title(self, obj: Order) -> str:
        return f"Order {obj.source_id}" if obj.source_id else f"Order of {words.when(obj.created_at)}"

    def facts(self, request: HttpRequest, obj: Order) -> list[Fact]:
        paid_back = sum(entry["refund_amount"] for entry in obj.returned.values())
        return [
            Fact(title="Before discounts", value=words.money(obj.amount)),
            Fact(title="Discount", value=words.money(obj.total_discount_amount)),
            Fact(
                title="To pay",
                value=words.money(obj.total_amount),
                note=f"{words.money(paid_back)} paid back" if obj.returned else "",
            ),
            Fact(title="State", value=obj.get_status_display(), note=f"since {words.when(obj.created_at)}"),
        ]

    def panels(self, request: HttpRequest, obj: Order) -> list[Panel]:
        lines = OrderItem.objects.filter(order=obj).select_related("product", "sku").order_by("position")
        back = returned_units(obj)
        return [
            Panel(
                key="lines",
                title="Lines",
                headers=("Article", "Quantity", "Price", "Amount", "Discount", "To pay"),
                rows=[_line_row(line, back[line.position]) for line in lines[:_LINES]],
                empty="The shop sent this order without lines.",
            )
        ]


def _line_row(line: OrderItem, returned: int) -> tuple[str, ...]:
    note = (
        format_html(' <span class="fanfare-muted">({} returned)</span>', words.number(returned))
        if returned
        else ""
    )
    return (
        rows.article_link(line.product, line.sku, line.source_id),
        format_html("{}{}", words.number(line.quantity), note),
        words.money(line.price),
        words.money(line.amount),
        words.money(line.discount_amount) if line.discount_amount else words.NOTHING,
        words.money(line.subtotal_amount),
    )
