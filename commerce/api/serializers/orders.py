"""Orders on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from commerce.api.serializers.customers import CustomerPayload, customer_spec
from commerce.models import Order, OrderItem
from commerce.selectors.order_shapes import ItemSpec, OrderSpec
from commerce.selectors.order_wire import order_wire
from core.api.fields import (
    AmountField,
    BooleanField,
    ChoiceField,
    InstantField,
    IntegerField,
    ListField,
    MetadataField,
    TextField,
    WireSerializer,
    parse,
    plain,
)
from core.errors import InvalidPayload
from integrations import rows

MAX_ITEMS: Final = 500
MAX_QUANTITY: Final = 10**9
MAX_IMPORTED: Final = 2000


class ArticlePayload(WireSerializer):
    """What a line says about its article itself; `override` puts it into the catalogue."""

    id = TextField(required=False, allow_null=True, max_length=64)
    source_id = TextField(required=False, allow_null=True, max_length=255)
    override = BooleanField(required=False, allow_null=True)
    price = AmountField(required=False, allow_null=True)
    metadata = MetadataField(required=False, allow_null=True)


class LineProductPayload(ArticlePayload):
    name = TextField(required=False, allow_null=True, max_length=500)


class LineSkuPayload(ArticlePayload):
    sku = TextField(required=False, allow_null=True, max_length=500)


class OrderItemPayload(WireSerializer):
    product_id = TextField(required=False, allow_null=True, max_length=255)
    sku_id = TextField(required=False, allow_null=True, max_length=255)
    source_id = TextField(required=False, allow_null=True, max_length=255)
    related_object = ChoiceField(OrderItem.RelatedObject, required=False, allow_null=True)
    quantity = IntegerField(lowest=0, highest=MAX_QUANTITY, accept_text=True, required=False, allow_null=True)
    initial_quantity = IntegerField(lowest=0, highest=MAX_QUANTITY, required=False, allow_null=True)
    discount_quantity = IntegerField(lowest=0, highest=MAX_QUANTITY, required=False, allow_null=True)
    price = AmountField(required=False, allow_null=True)
    amount = AmountField(required=False, allow_null=True)
    initial_amount = AmountField(required=False, allow_null=True)
    discount_amount = AmountField(required=False, allow_null=True)
    product = LineProductPayload(required=False, allow_null=True)
    sku = LineSkuPayload(required=False, allow_null=True)
    metadata = MetadataField(required=False, allow_null=True)


class OrderPayload(WireSerializer):
    """An order inside of another request, or one to create."""

    id = TextField(required=False, allow_null=True, max_length=64)
    source_id = TextField(required=False, allow_null=True, max_length=255)
    status = ChoiceField(Order.Status, required=False, allow_null=True)
    amount = AmountField(required=False, allow_null=True)
    initial_amount = AmountField(required=False, allow_null=True)
    discount_amount = AmountField(required=False, allow_null=True)
    items = ListField(child=OrderItemPayload(), required=False, allow_null=True, max_length=MAX_ITEMS)
    metadata = MetadataField(required=False, allow_null=True)
    customer = CustomerPayload(required=False, allow_null=True)
    customer_id = TextField(required=False, allow_null=True, max_length=255)
    referrer = CustomerPayload(required=False, allow_null=True)
    referrer_id = TextField(required=False, allow_null=True, max_length=255)


class OrderInput(OrderPayload):
    created_at = InstantField(required=False, allow_null=True)


def order_spec(payload: Mapping[str, Any]) -> OrderSpec:
    """A validated order payload as services take it."""
    items = payload.get("items")
    return OrderSpec(
        id=payload.get("id") or None,
        source_id=payload.get("source_id") or None,
        status=payload.get("status"),
        amount=payload.get("amount"),
        initial_amount=payload.get("initial_amount"),
        discount_amount=payload.get("discount_amount"),
        items=None if items is None else tuple(_item(item) for item in items),
        metadata=payload.get("metadata"),
        customer=_person(payload, "customer"),
        referrer=_person(payload, "referrer"),
        created_at=payload.get("created_at"),
    )


def order_output(order: Order, items: Iterable[OrderItem]) -> dict[str, Any]:
    """The order object with its lines; `order` needs its customer and referrer loaded."""
    return order_wire(order, items)


def _item(item: Mapping[str, Any]) -> ItemSpec:
    known = {name: value for name, value in item.items() if value is not None}
    return ItemSpec(**{**known, "quantity": known.get("quantity", 1)})


def _person(payload: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """`customer` with its data, or `customer_id` alone."""
    given = payload.get(name)
    if given:
        return customer_spec(given)
    person_id = payload.get(f"{name}_id")
    return {"id": person_id} if person_id else None


def order_rows(data: Any) -> tuple[str, int]:
    """The body of an import, checked as a whole, as rows of a job.

    :raises InvalidPayload: not an array, more than 2000 orders, or one of them has a wrong shape.
    """
    if not isinstance(data, list):
        raise InvalidPayload("Payload must be a JSON array.")
    if len(data) > MAX_IMPORTED:
        raise InvalidPayload(f"Payload must have at most {MAX_IMPORTED} orders.")
    for index, order in enumerate(data):
        given = parse(OrderPayload, order)
        for item in given.get("items") or ():
            if item.get("initial_quantity") is not None and item["initial_quantity"] < 1:
                raise InvalidPayload(f"Property [{index}].items.initial_quantity must be at least 1")
    return rows.json_lines(plain(order) for order in data)
