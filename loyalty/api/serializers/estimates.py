"""What an order would earn, on the wire. Contract: loyalty 12."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commerce.api.serializers.customers import CustomerPayload, customer_spec
from commerce.api.serializers.orders import OrderPayload, order_spec
from commerce.selectors.orders import OrderSpec
from core.api.fields import parse
from core.errors import InvalidPayload
from promotions.models import Campaign


def asked(body: Any) -> tuple[dict[str, Any] | None, OrderSpec]:
    """The customer as validated, and the order.

    :raises InvalidPayload: one of them has another shape.
    """
    if not isinstance(body, Mapping):
        raise InvalidPayload("The body must be an object.")
    for name in ("customer", "order"):
        if body.get(name) is not None and not isinstance(body[name], Mapping):
            raise InvalidPayload(f".{name} must be object")
    if body.get("order") is None:
        raise InvalidPayload(".order must be object")
    customer = customer_spec(parse(CustomerPayload, body["customer"])) if body.get("customer") else None
    return customer, order_spec(parse(OrderPayload, body["order"]))


def estimate_output(campaign: Campaign, points: int) -> dict[str, Any]:
    return {
        "campaign": {"id": campaign.public_id, "name": campaign.name, "object": "campaign"},
        "points_estimation": points,
    }
