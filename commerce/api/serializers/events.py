"""Custom events on the wire."""

from __future__ import annotations

from typing import Any

from commerce import event_codes
from commerce.api.serializers.customers import CustomerPayload, simple_customer_output
from commerce.models import CustomEvent
from core.api.fields import MetadataField, TextField, WireSerializer
from core.errors import InvalidPayload


class CodeInput(WireSerializer):
    code = TextField(allow_blank=False, max_length=255)
    referrer_id = TextField(required=False, allow_null=True, max_length=255)


class EventInput(WireSerializer):
    event = TextField(allow_blank=False, max_length=300)
    customer = CustomerPayload()
    metadata = MetadataField(required=False, allow_null=True)
    referral = CodeInput(required=False, allow_null=True)
    loyalty = CodeInput(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("referral", "loyalty"):
            if said := attrs.get(name):
                event_codes.check(name, said["code"], said.get("referrer_id") or "")
        if not attrs["customer"]:
            raise InvalidPayload("Property .customer must name a customer")
        return attrs


def event_output(event: CustomEvent) -> dict[str, Any]:
    """The answer to a report; the event needs its customer loaded."""
    return {
        "object": "event",
        "type": event.name,
        "customer": simple_customer_output(event.customer),
        "referral": None,
        "loyalty": None,
        "metadata": event.metadata,
    }
