"""What webhooks are told about customers and orders (contract: data file 13)."""

from __future__ import annotations

from typing import Any, Final

from commerce.api.serializers.customers import customer_output, simple_customer_output
from commerce.api.serializers.events import event_output
from commerce.models import Customer, CustomEvent, Order
from commerce.selectors.order_wire import order_wire
from commerce.selectors.orders import lines_of
from core.event_bodies import offer
from core.models import OutboxEvent

_CUSTOMERS: Final = "Customers"
_ORDERS: Final = "Orders"


def register() -> None:
    offer(
        _CUSTOMERS,
        _customer,
        **{
            "customer.created": "a customer is new",
            "customer.updated": "a customer's data changes",
            "customer.deleted": "a customer is deleted, or his personal data is removed",
            "customer.blocked": "a customer may use no promotions from now on",
            "customer.unblocked": "a customer may use promotions again",
        },
    )
    offer(_CUSTOMERS, _custom_event, **{"customer.custom_event": "the shop reports an event of a customer"})
    offer(
        _ORDERS,
        _order,
        **{
            "customer.order.created": "an order is new",
            "customer.order.updated": "an order changes",
            "customer.order.paid": "an order is paid",
            "customer.order.fulfilled": "an order is fulfilled",
            "customer.order.canceled": "an order is cancelled",
            "customer.order.processing": "an order is being processed",
        },
    )


def _customer(event: OutboxEvent, customer: Customer) -> dict[str, Any]:
    return {"customer": customer_output(customer)}


def _custom_event(event: OutboxEvent, customer: Customer) -> dict[str, Any]:
    said = CustomEvent.objects.select_related("customer").get(public_id=event.payload["custom_event_id"])
    return {"customer": simple_customer_output(customer), "custom_event": event_output(said)}


def _order(event: OutboxEvent, order: Order) -> dict[str, Any]:
    customer = simple_customer_output(order.customer) if order.customer else None
    return {"customer": customer, "order": order_wire(order, lines_of(order))}
