"""Customers on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from commerce import holdings, recommendations
from commerce.holdings import Holdings
from commerce.models import Customer, Segment
from commerce.recommendations import Recommended
from commerce.services.customer_specs import ADDRESS
from commerce.services.erasures import Erasure
from core.api.fields import DateField, ListField, MetadataField, TextField, WireSerializer
from core.instants import format_instant


class AddressPayload(WireSerializer):
    city = TextField(required=False, allow_null=True, max_length=255)
    state = TextField(required=False, allow_null=True, max_length=255)
    line_1 = TextField(required=False, allow_null=True, max_length=255)
    line_2 = TextField(required=False, allow_null=True, max_length=255)
    country = TextField(required=False, allow_null=True, max_length=255)
    postal_code = TextField(required=False, allow_null=True, max_length=64)


class CustomerInput(WireSerializer):
    """What can be said about a customer, without saying which one."""

    name = TextField(required=False, allow_null=True, max_length=255)
    description = TextField(required=False, allow_null=True)
    email = TextField(required=False, allow_null=True, max_length=320)
    # The column has room for the project's dial code, too.
    phone = TextField(required=False, allow_null=True, max_length=58)
    birthday = DateField(required=False, allow_null=True)
    birthdate = DateField(required=False, allow_null=True)
    address = AddressPayload(required=False, allow_null=True)
    metadata = MetadataField(required=False, allow_null=True)


class CustomerPayload(CustomerInput):
    """A customer inside another request: `id` or `source_id` say which one, or neither."""

    id = TextField(required=False, allow_null=True, max_length=64)
    source_id = TextField(required=False, allow_null=True, max_length=255)


class BulkCustomerInput(CustomerInput):
    source_id = TextField(allow_blank=False, max_length=255)


class BulkMetadataInput(WireSerializer):
    """Whatever is missing makes an empty job (contract: data file 5, asked for by the SDK suites)."""

    source_ids = ListField(
        child=TextField(allow_blank=False, max_length=255), required=False, allow_null=True
    )
    metadata = MetadataField(required=False, allow_null=True)


def customer_spec(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A validated payload as services take it (`customers.upsert_from_payload`): a plain dict."""
    return {**payload, "address": dict(payload["address"])} if payload.get("address") else dict(payload)


def customer_output(customer: Customer) -> dict[str, Any]:
    """The full customer object. Nothing counts gift credits yet, so these are zero."""
    held, received = holdings.of(customer), _received(customer)
    attempts = customer.redemptions_succeeded + customer.redemptions_failed
    count = customer.orders_count
    return {
        "id": customer.public_id,
        "source_id": customer.source_id,
        **profile_output(customer),
        "summary": {
            "redemptions": {
                "total_redeemed": attempts,
                "total_failed": customer.redemptions_failed,
                "total_succeeded": customer.redemptions_succeeded,
                "total_rolled_back": customer.rollbacks_succeeded + customer.rollbacks_failed,
                "total_rollback_failed": customer.rollbacks_failed,
                "total_rollback_succeeded": customer.rollbacks_succeeded,
                "gift": {"redeemed_amount": 0, "amount_to_go": 0},
                "loyalty_card": {"redeemed_points": held.redeemed_points, "points_to_go": held.balance},
            },
            "orders": {
                "total_amount": customer.orders_total_amount,
                "total_count": count,
                "average_amount": round(customer.orders_total_amount / count) if count else 0,
                "last_order_amount": customer.last_order_amount,
                **(
                    {"last_order_date": format_instant(customer.last_order_at)}
                    if customer.last_order_at
                    else {}
                ),
            },
        },
        "loyalty": loyalty_output(held, referred_customers=customer.referred_customers),
        "referrals": _referrals_output(received),
        "system_metadata": {},
        "created_at": format_instant(customer.created_at),
        **({"updated_at": format_instant(customer.updated_at)} if customer.updated_at else {}),
        # Ours, and only of those who are.
        **({"blocked_at": format_instant(customer.blocked_at)} if customer.blocked_at else {}),
        "assets": {"cockpit_url": None, "cockpit_preference_center_url": None},
        "object": "customer",
    }


def loyalty_output(held: Holdings, *, referred_customers: int = 0) -> dict[str, Any]:
    """Loyalty programmes count nobody who was recommended: referral programmes do, all of them together."""
    return {
        "points": held.points,
        "referred_customers": referred_customers,
        "campaigns": {
            name: {
                "points": one.points,
                **({"loyalty_tier": one.tier} if one.tier else {}),
                "referred_customers": 0,
            }
            for name, one in held.programmes.items()
        },
    }


def _received(customer: Customer) -> Sequence[Recommended]:
    """By whom the customer was recommended; nobody is asked about the many who were not."""
    return recommendations.of(customer) if customer.referrals_count else ()


def _referrals_output(received: Sequence[Recommended]) -> dict[str, Any]:
    return {
        "total": len(received),
        "campaigns": [
            {
                "campaign_id": one.campaign_id,
                "referrer_id": one.referrer_id,
                "related_object_id": one.related_object_id,
                "related_object_type": one.related_object_type,
                "date": format_instant(one.at),
            }
            for one in received
        ],
    }


def profile_output(customer: Customer) -> dict[str, Any]:
    """What the shop told us. Unknown fields are null, and so is an address of which nothing is known."""
    address = {name: getattr(customer, name) or None for name in ADDRESS}
    return {
        "name": customer.name or None,
        "description": customer.description or None,
        "email": customer.email or None,
        "phone": customer.phone or None,
        "birthday": customer.birthdate.isoformat() if customer.birthdate else None,
        "birthdate": customer.birthdate.isoformat() if customer.birthdate else None,
        "address": address if any(address.values()) else None,
        "metadata": customer.metadata,
    }


def simple_customer_output(customer: Customer) -> dict[str, Any]:
    """The short form inside of events, redemptions and publications."""
    return {
        "id": customer.public_id,
        "source_id": customer.source_id,
        "name": customer.name or None,
        "email": customer.email or None,
        "metadata": customer.metadata,
        "object": "customer",
    }


def segment_output(segment: Segment) -> dict[str, Any]:
    """A segment as a customer's list shows it."""
    return {"id": segment.public_id, "name": segment.name, "object": "segment"}


def erasure_output(erasure: Erasure) -> dict[str, Any]:
    """The answer to a permanent deletion (the object's name is misspelt on the wire)."""
    return {
        "id": erasure.id,
        "created_at": format_instant(erasure.created_at),
        "related_object_id": erasure.customer_id,
        "related_object": "customer",
        "status": "DONE",
        "data_json": {
            "events": 0,
            "customer_events": erasure.custom_events,
            "daily_events": 0,
            "segments": erasure.segments,
            "orders": erasure.orders,
            "order_events": 0,
            "customer": 1,
        },
        "object": "pernament_deletion",
    }
