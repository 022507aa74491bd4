"""What commerce gives into CSV files (contract: data file 8), for `integrations.export_registry`."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from commerce import holdings
from commerce.models import Customer, Order, Product, Sku
from commerce.services.customer_specs import ADDRESS
from core.api.filters import Date, DateTime, Json, Number, Text
from integrations import export_registry
from integrations.export_registry import (
    Cell,
    ExportedObject,
    column,
    json_object,
    major_units,
    money,
)

_ORDER_AMOUNTS: Final = (
    "amount",
    "discount_amount",
    "items_discount_amount",
    "total_discount_amount",
    "total_amount",
)


def register() -> None:
    """Tell `integrations` what can be exported."""
    export_registry.register(ORDERS, CUSTOMERS, PRODUCTS, SKUS)


def _sum_of(*columns: str) -> Cell:
    return Cell(columns=columns, show=lambda *counts: sum(counts))


def _average(total: int, count: int) -> str | None:
    return major_units(round(Fraction(total, count)) if count else 0)


ORDERS: Final = ExportedObject(
    name="order",
    resource="orders",
    rows=lambda now: Order.objects.all(),
    fields={
        "id": column("public_id"),
        "source_id": column("source_id"),
        "created_at": column("created_at"),
        "updated_at": column("updated_at"),
        "status": column("status"),
        **{name: money(name) for name in _ORDER_AMOUNTS},
        "customer_id": column("customer__public_id"),
        "referrer_id": column("referrer__public_id"),
        "metadata": json_object("metadata"),
    },
    default_fields=("id", "source_id", "status"),
    orders={"created_at": "created_at", "updated_at": "updated_at", "status": "status"},
    filters={
        "id": Text("public_id"),
        "source_id": Text("source_id"),
        "created_at": DateTime("created_at"),
        "updated_at": DateTime("updated_at"),
        "status": Text("status"),
        **{name: Number(name) for name in _ORDER_AMOUNTS},
        "customer_id": Text("customer__public_id"),
        "referrer_id": Text("referrer__public_id"),
        "metadata": Json("metadata"),
    },
)

CUSTOMERS: Final = ExportedObject(
    name="customer",
    resource="customers",
    rows=lambda now: holdings.with_points(Customer.objects.present()),
    fields={
        **{name: column(name) for name in ("name", "source_id", "description", "email", "phone")},
        "id": column("public_id"),
        **{f"address_{name}": column(name) for name in ADDRESS},
        "redemptions_total_redeemed": _sum_of("redemptions_succeeded", "redemptions_failed"),
        "redemptions_total_failed": column("redemptions_failed"),
        "redemptions_total_succeeded": column("redemptions_succeeded"),
        "redemptions_total_rolled_back": _sum_of("rollbacks_succeeded", "rollbacks_failed"),
        "redemptions_total_rollback_failed": column("rollbacks_failed"),
        "redemptions_total_rollback_succeeded": column("rollbacks_succeeded"),
        "orders_total_amount": money("orders_total_amount"),
        "orders_total_count": column("orders_count"),
        "orders_average_amount": Cell(columns=("orders_total_amount", "orders_count"), show=_average),
        "orders_last_order_amount": money("last_order_amount"),
        "orders_last_order_date": column("last_order_at"),
        "loyalty_points": column("loyalty_points"),
        "loyalty_referred_customers": column("referred_customers"),
        "birthday": column("birthdate"),
        "birthdate": column("birthdate"),
        "created_at": column("created_at"),
        "updated_at": column("updated_at"),
        "metadata": json_object("metadata"),
    },
    default_fields=("name", "source_id"),
    orders={
        "name": "name",
        "id": "pk",
        "email": "email",
        "source_id": "source_id",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
    filters={
        **{name: Text(name) for name in ("name", "source_id", "email", "phone", "city")},
        "id": Text("public_id"),
        **{f"address.{name}": Text(name) for name in ADDRESS},
        "summary.orders.total_amount": Number("orders_total_amount"),
        "summary.orders.total_count": Number("orders_count"),
        "summary.orders.last_order_amount": Number("last_order_amount"),
        "summary.orders.last_order_date": DateTime("last_order_at"),
        "birthday": Date("birthdate"),
        "birthdate": Date("birthdate"),
        "created_at": DateTime("created_at"),
        "updated_at": DateTime("updated_at"),
        "metadata": Json("metadata"),
    },
)


def _names(attributes: list[str]) -> str | list[str]:
    """As import files have them; a name with a comma needs more than commas between."""
    return (
        attributes
        if any("," in name or name.startswith("[") for name in attributes)
        else ",".join(attributes)
    )


_DATES: Final = {"created_at": DateTime("created_at"), "updated_at": DateTime("updated_at")}

PRODUCTS: Final = ExportedObject(
    name="product",
    resource="products",
    rows=lambda now: Product.objects.present(),
    fields={
        "id": column("public_id"),
        "name": column("name"),
        "price": money("price"),
        "image_url": column("image_url"),
        "source_id": column("source_id"),
        "attributes": Cell(columns=("attributes",), show=_names),
        "created_at": column("created_at"),
        "metadata": json_object("metadata"),
    },
    default_fields=("id", "name", "price", "image_url", "source_id", "attributes", "created_at"),
    orders={},
    filters={
        "id": Text("public_id"),
        **{name: Text(name) for name in ("name", "source_id", "image_url")},
        "price": Number("price"),
        **_DATES,
        "metadata": Json("metadata"),
    },
)

SKUS: Final = ExportedObject(
    name="sku",
    resource="products",
    rows=lambda now: Sku.objects.present().filter(product__deleted_at=None),
    fields={
        "id": column("public_id"),
        "sku": column("sku"),
        "product_id": column("product__public_id"),
        "currency": column("currency"),
        "price": money("price"),
        "image_url": column("image_url"),
        "source_id": column("source_id"),
        "attributes": column("attributes"),
        "created_at": column("created_at"),
        "metadata": json_object("metadata"),
    },
    default_fields=(
        "id",
        "sku",
        "product_id",
        "currency",
        "price",
        "image_url",
        "source_id",
        "attributes",
        "created_at",
    ),
    orders={},
    filters={
        "id": Text("public_id"),
        "product_id": Text("product__public_id"),
        **{name: Text(name) for name in ("sku", "source_id", "image_url", "currency")},
        "price": Number("price"),
        **_DATES,
        "metadata": Json("metadata"),
    },
)
