"""Rows of tables on pages: one noun as a person reads it in one line."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from commerce import usage
from commerce.models import Customer, Order, Product, ProductCollection, Segment, Sku
from core import words
from core.admin.pages import Panel

ORDER_HEADERS: Final = ("Order", "Date", "State", "Amount", "Discount", "To pay")
ORDER_COLOURS: Final = {
    Order.Status.CREATED: "info",
    Order.Status.PAID: "success",
    Order.Status.FULFILLED: "primary",
    Order.Status.CANCELED: "danger",
}


def order_link(order: Order) -> SafeString:
    return words.link(str(order), reverse("admin:commerce_order_change", args=[order.pk]))


def order_row(order: Order) -> tuple[str, ...]:
    return (
        order_link(order),
        words.when(order.created_at),
        words.label(order.get_status_display(), ORDER_COLOURS[Order.Status(order.status)]),
        words.money(order.amount),
        words.money(order.total_discount_amount) if order.total_discount_amount else words.NOTHING,
        words.money(order.total_amount),
    )


def customer_name(customer: Customer) -> str:
    return customer.name or customer.email or customer.source_id or "Without a name"


def customer_link(customer: Customer | None) -> str:
    """A dash for an anonymous customer; a deleted one has no page."""
    if customer is None:
        return words.NOTHING
    if customer.deleted_at is not None:
        return "Deleted customer"
    return words.link(customer_name(customer), reverse("admin:commerce_customer_change", args=[customer.pk]))


def segment_link(segment: Segment) -> SafeString:
    return words.link(segment.name, reverse("admin:commerce_segment_change", args=[segment.pk]))


def collection_link(collection: ProductCollection) -> SafeString:
    return words.link(
        collection.name, reverse("admin:commerce_productcollection_change", args=[collection.pk])
    )


def product_link(product: Product) -> SafeString:
    return words.link(str(product), reverse("admin:commerce_product_change", args=[product.pk]))


def sku_link(sku: Sku) -> SafeString:
    return words.link(str(sku), reverse("admin:commerce_sku_change", args=[sku.pk]))


def article_link(product: Product | None, sku: Sku | None, fallback: str) -> str:
    """A line's article: the SKU with its product, the product, or what the shop called it."""
    if sku is not None and product is not None:
        return format_html("{} <span class='fanfare-muted'>{}</span>", product_link(product), str(sku))
    if sku is not None:
        return sku_link(sku)
    return product_link(product) if product is not None else fallback or words.NOTHING


def usage_panel(public_id: str) -> Panel:
    """Which campaigns, conditions and so on name a segment or collection, running ones first."""
    return Panel(
        key="usage",
        title="Used by",
        headers=("What", "Name", "State"),
        rows=[
            (
                user.kind.capitalize(),
                words.link(user.name, user.url) if user.url else user.name,
                words.label("running", "success") if user.is_running else words.label("not running"),
            )
            for user in usage.users_of(public_id)
        ],
        empty="Nothing uses it.",
    )
