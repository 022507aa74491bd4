"""What of the shop can be imported from files: the columns in the contract's words and in people's."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from django.db import connection, models

from commerce.jobs import Job
from commerce.models import Customer, Order, Product, Sku
from integrations.import_registry import ImportColumn as Column
from integrations.import_registry import ImportKind

CUSTOMERS: Final = "customers"
PRODUCTS: Final = "products"
SKUS: Final = "skus"
ORDERS: Final = "orders"

_ID: Final = ("id", "shop id", "external id", "reference")
_OF_EXPORTS: Final = ("created_at", "updated_at")
_METADATA: Final = Column(
    name="metadata", label="Metadata, all of it as JSON", help='As exports have it: {"colour": "blue"}.'
)


def _name(row: Any) -> str:
    """What a row is called: its `source_id`, else its id."""
    if not isinstance(row, Mapping):
        return row if isinstance(row, str) else ""
    name = row.get("source_id") or row.get("id") or ""
    return name.strip() if isinstance(name, str) else ""


def _known(model: type[models.Model]) -> Any:
    table = model._meta.db_table
    statement = " UNION ALL ".join(
        f"SELECT source_id, public_id FROM {table} WHERE {column} = "  # noqa: S608 - our own names
        "ANY (ARRAY(SELECT jsonb_array_elements_text(%s::jsonb)))"
        for column in ("source_id", "public_id")
    )

    def known(names: Collection[str], params: Mapping[str, Any]) -> set[str]:
        with connection.cursor() as cursor:
            # As one text: thousands of parameters, or a list of them, take longer to write than to look up.
            cursor.execute(statement, [json.dumps(list(names), ensure_ascii=False)] * 2)
            return {name for pair in cursor.fetchall() for name in pair if name}

    return known


KINDS: Final = (
    ImportKind(
        name=CUSTOMERS,
        label="Customers",
        help="One customer a row, known by the id in the shop. What the file leaves empty is emptied.",
        resource="customers",
        job=Job.CUSTOMERS_IMPORT_CSV,
        json_job=Job.CUSTOMERS_BULK_UPDATE,
        needs=(("source_id", "id"),),
        name_of=_name,
        known=_known(Customer),
        columns=(
            Column(
                name="source_id",
                label="Id in the shop",
                guesses=(*_ID, "customer id", "customer number", "customer"),
            ),
            Column(name="id", label="Id in this system"),
            Column(name="name", label="Name", guesses=("full name", "customer name")),
            Column(name="email", label="E-mail address", guesses=("e-mail", "mail", "email address")),
            Column(name="phone", label="Phone", guesses=("phone number", "telephone", "mobile")),
            Column(
                name="birthdate", label="Date of birth", also=("birthday",), guesses=("dob", "birth date")
            ),
            Column(name="description", label="Description", guesses=("note", "notes", "comment")),
            Column(name="address_line_1", label="Street", also=("line_1",), guesses=("address", "address 1")),
            Column(
                name="address_line_2", label="Street, second line", also=("line_2",), guesses=("address 2",)
            ),
            Column(
                name="address_postal_code",
                label="Postal code",
                also=("postal_code",),
                guesses=("zip", "zip code", "postcode"),
            ),
            Column(name="address_city", label="City", also=("city",), guesses=("town",)),
            Column(name="address_state", label="State", also=("state",), guesses=("region", "province")),
            Column(name="address_country", label="Country", also=("country",)),
            _METADATA,
        ),
        left_out=(
            *_OF_EXPORTS,
            "redemptions_total_redeemed",
            "redemptions_total_failed",
            "redemptions_total_succeeded",
            "redemptions_total_rolled_back",
            "redemptions_total_rollback_failed",
            "redemptions_total_rollback_succeeded",
            "orders_total_amount",
            "orders_total_count",
            "orders_average_amount",
            "orders_last_order_amount",
            "orders_last_order_date",
            "loyalty_points",
            "loyalty_referred_customers",
        ),
        order=1,
    ),
    ImportKind(
        name=PRODUCTS,
        label="Products",
        help="One product a row. Prices as people write them: 12.50.",
        resource="products",
        job=Job.PRODUCTS_IMPORT_CSV,
        json_job=Job.PRODUCTS_BULK_UPDATE,
        needs=(("name",),),
        name_of=_name,
        known=_known(Product),
        columns=(
            Column(name="name", label="Name", guesses=("product name", "title", "product")),
            Column(name="source_id", label="Id in the shop", guesses=(*_ID, "product id", "article number")),
            Column(name="price", label="Price", guesses=("unit price",)),
            Column(name="attributes", label="What its SKUs differ in", help="colour, size"),
            Column(name="image_url", label="Address of a picture", guesses=("image", "picture")),
            _METADATA,
        ),
        left_out=_OF_EXPORTS,
        order=2,
    ),
    ImportKind(
        name=SKUS,
        label="SKUs",
        help="One variant a row. Its product has to be there already.",
        resource="products",
        job=Job.SKUS_IMPORT_CSV,
        json_job=Job.SKUS_IMPORT_CSV,
        needs=(("product_id",), ("source_id",)),
        name_of=_name,
        known=_known(Sku),
        columns=(
            Column(name="product_id", label="Its product's id", guesses=("product", "product source id")),
            Column(name="source_id", label="Id in the shop", guesses=(*_ID, "sku id", "variant id")),
            Column(name="sku", label="Name", guesses=("sku name", "variant")),
            Column(name="price", label="Price", guesses=("unit price",)),
            Column(name="currency", label="Currency"),
            Column(name="attributes", label="Attributes", help="{'colour': 'blue'}"),
            Column(name="image_url", label="Address of a picture", guesses=("image", "picture")),
            _METADATA,
        ),
        left_out=_OF_EXPORTS,
        order=3,
    ),
    ImportKind(
        name=ORDERS,
        label="Past orders",
        help="One order a row, without its lines; files of JSON may have lines. Nobody is told of them.",
        resource="orders",
        job=Job.ORDERS_IMPORT,
        json_job=Job.ORDERS_IMPORT,
        needs=(("source_id", "id"),),
        name_of=_name,
        known=_known(Order),
        columns=(
            Column(name="source_id", label="Id in the shop", guesses=(*_ID, "order id", "order number")),
            Column(name="id", label="Id in this system"),
            Column(
                name="status",
                label="State",
                guesses=("order status",),
                help="CREATED, PAID, CANCELED, FULFILLED",
            ),
            Column(
                name="amount", label="Amount before discounts", guesses=("total", "order amount", "value")
            ),
            Column(name="discount_amount", label="Discount of the order", guesses=("discount",)),
            Column(
                name="customer_source_id",
                label="The customer's id in the shop",
                guesses=("customer", "customer number"),
            ),
            Column(name="customer_id", label="The customer's id in this system"),
            Column(name="referrer_id", label="The referrer's id in this system"),
            _METADATA,
        ),
        left_out=(
            *_OF_EXPORTS,
            "items_discount_amount",
            "total_discount_amount",
            "total_amount",
        ),
        order=4,
    ),
)
