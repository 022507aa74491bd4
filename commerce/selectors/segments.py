"""Segments: who is in them, and which ones somebody is in (contract: data file 4).

A filter means the same for a set of rows in PostgreSQL and for one customer in memory: `core.api.filters`
reads it once for both. Of a customer in memory what the request says beats what is stored.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from django.db.models import BigIntegerField, Case, Count, DecimalField, F, Max, Q, QuerySet, When
from django.db.models.functions import Cast, Round

from commerce.models import Customer, CustomEvent, Segment, SegmentMembership
from commerce.selectors import customers
from commerce.selectors.filter_fields import (
    Birthdate,
    Calculated,
    EventCount,
    LastEvent,
    LastOrder,
    Metadata,
)
from core import prepared, project
from core.api.filters import DateTime, FilterFields, Number, Text, WireFilters
from core.errors import InvalidPayload, NotFound
from core.exact import exact
from core.prepared import Prepared

logger = logging.getLogger(__name__)

ADDRESS: Final = ("city", "state", "line_1", "line_2", "country", "postal_code")
_TEXTS: Final = ("name", "email", "phone", "description")
_EXACT: Final = DecimalField(max_digits=40, decimal_places=10)
_AVERAGE: Final = Case(
    When(orders_count=0, then=0),
    default=Cast(Round(Cast("orders_total_amount", _EXACT) / F("orders_count")), BigIntegerField()),
    output_field=BigIntegerField(),
)
FIELDS: Final[FilterFields] = {
    "id": Text("public_id"),
    "source_id": Text("source_id"),
    **{name: Text(name) for name in _TEXTS},
    "birthdate": Birthdate("birthdate"),
    "birthday": Birthdate("birthdate"),
    **{f"address.{name}": Text(name) for name in ADDRESS},
    "created_at": DateTime("created_at"),
    "updated_at": DateTime("updated_at"),
    "metadata": Metadata("metadata"),
    "summary.orders.total_amount": Number("orders_total_amount"),
    "summary.orders.total_count": Number("orders_count"),
    "summary.orders.average_amount": Calculated("", expression=_AVERAGE),
    "summary.orders.last_order_amount": Number("last_order_amount"),
    "summary.orders.last_order_date": LastOrder("last_order_at"),
    "summary.redemptions.total_redeemed": Calculated(
        "", expression=F("redemptions_succeeded") + F("redemptions_failed")
    ),
    "summary.redemptions.total_succeeded": Number("redemptions_succeeded"),
    "summary.redemptions.total_failed": Number("redemptions_failed"),
    "summary.redemptions.total_rolled_back": Calculated(
        "", expression=F("rollbacks_succeeded") + F("rollbacks_failed")
    ),
    "summary.redemptions.total_rollback_succeeded": Number("rollbacks_succeeded"),
    "summary.redemptions.total_rollback_failed": Number("rollbacks_failed"),
    "events.*.count": EventCount(),
    "events.*.last_occurrence": LastEvent(),
}
# One statement: lists from the customer's side, since there may be thousands; of filters there are few.
_ASKED: Final = """
SELECT segment.public_id, NULL::text
FROM commerce_segmentmembership AS membership
JOIN commerce_segment AS segment ON segment.id = membership.segment_id
WHERE membership.customer_id = %(customer)s AND segment.type = 'static'
  AND (%(named)s::text[] IS NULL OR segment.public_id = ANY(%(named)s::text[]))
UNION ALL
SELECT public_id, filter::text FROM commerce_segment
WHERE type <> 'static' AND (%(named)s::text[] IS NULL OR public_id = ANY(%(named)s::text[]))
"""
# Naming more of them costs more than reading a few that nobody asked for.
_NAMED_AT_MOST: Final = 50

_by_public_id = Prepared(Segment, "public_id = %s")


def by_reference(reference: str) -> Segment:
    """:raises NotFound: no such segment."""
    found = _by_public_id(reference)
    if not found:
        raise NotFound.of("segment", reference)
    return found[0]


def parsed_filter(wire: Any, *, now: datetime, zone: tzinfo | None = None) -> WireFilters:
    """A segment's filter, read. Its days are the project's: whoever reads several looks up the zone once.

    :raises InvalidPayload: unknown field or operator, or an operand of another type.
    """
    zone = zone or project.current().zone
    return WireFilters.parse(exact(wire), FIELDS, now=now, zone=zone, refusal=InvalidPayload)


def matching(wire: Any, *, now: datetime, zone: tzinfo | None = None) -> QuerySet[Customer]:
    """The customers that a filter takes.

    :raises InvalidPayload: see `parsed_filter`.
    """
    return Customer.objects.present().filter(parsed_filter(wire, now=now, zone=zone).q())


def members(segment: Segment, *, now: datetime) -> QuerySet[Customer]:
    """The customers in a segment: those of its list, or those whom its filter takes now.

    Of a followed segment whoever has entered by now; as long as it is still being built, its filter is asked.
    """
    if segment.type == Segment.Type.PASSIVE or (segment.is_followed and segment.built_at is None):
        return matching(segment.filter, now=now)
    return Customer.objects.present().filter(
        pk__in=segment.memberships.values("customer")  # no join, so that the order of a list has its index
    )


def held_by(
    customer: Customer | None, payload: Mapping[str, Any] | None, wanted: Collection[str], *, now: datetime
) -> frozenset[str]:
    """The ids of those `wanted` segments that somebody is in; `customer` None: only the request knows him.

    One query; with filters a second one, a third if they ask for custom events.
    """
    if not wanted or (customer is None and not payload):
        return frozenset()
    named = list(wanted) if len(wanted) <= _NAMED_AT_MOST else None
    with prepared.cursor() as cursor:
        cursor.execute(_ASKED, {"customer": customer.pk if customer else None, "named": named})
        rows = [(public_id, wire) for public_id, wire in cursor.fetchall() if public_id in wanted]
    filters = {public_id: json.loads(wire) for public_id, wire in rows if wire is not None}
    listed = {public_id for public_id, wire in rows if wire is None}
    return frozenset(listed | _taking(filters, customer, payload or {}, now=now))


def held_by_each(
    customers: Collection[int], wanted: Collection[str], *, now: datetime
) -> dict[int, frozenset[str]]:
    """The same for many stored customers, by primary key: one query, and one for each filter."""
    found: dict[int, set[str]] = {customer: set() for customer in customers}
    if not wanted or not customers:
        return {customer: frozenset() for customer in found}
    listed = SegmentMembership.objects.filter(customer__in=customers, segment__public_id__in=wanted)
    static = listed.filter(segment__type=Segment.Type.STATIC)
    for customer, public_id in static.values_list("customer", "segment__public_id"):
        found[customer].add(public_id)
    for one in Segment.objects.filter(public_id__in=wanted).exclude(type=Segment.Type.STATIC).order_by("pk"):
        try:
            taken = matching(one.filter, now=now).filter(pk__in=customers).order_by()
        except InvalidPayload:
            logger.warning("the filter of segment %s cannot be read", one.public_id)
            continue
        for customer in taken.values_list("pk", flat=True):
            found[customer].add(one.public_id)
    return {customer: frozenset(held) for customer, held in found.items()}


def of_reference(reference: str, *, now: datetime) -> list[Segment]:
    """The segments that a customer is in, oldest first. Somebody unknown is asked for like a new customer."""
    try:
        customer: Customer | None = customers.by_reference(reference)
    except NotFound:
        customer = None
    listed = SegmentMembership.objects.filter(customer=customer).values("segment")
    asked = Segment.objects.filter(~Q(type=Segment.Type.STATIC) | Q(pk__in=listed))
    found = list(asked.order_by("created_at", "pk"))
    filters = {one.public_id: one.filter for one in found if one.filter is not None}
    taking = _taking(filters, customer, {"source_id": reference}, now=now)
    return [one for one in found if one.filter is None or one.public_id in taking]


def value_of(customer: Customer, name: str, *, now: datetime) -> Any:
    """What a filter finds in a field of a customer, by the field's wire name; None: nothing."""
    for event in _events_named([{name: None}]):
        return _happened(customer, [event]).get(event, {}).get(name.rpartition(".")[2])
    record = _record(customer, {}, events={}, now=now)
    if name.startswith("metadata."):
        return record["metadata"].get(name.removeprefix("metadata."))
    value: Any = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _taking(
    filters: Mapping[str, Any], customer: Customer | None, payload: Mapping[str, Any], *, now: datetime
) -> set[str]:
    """The keys of those filters that take him. A filter that can no longer be read takes nobody."""
    if not filters:
        return set()
    record = _record(customer, payload, events=_happened(customer, _events_named(filters.values())), now=now)
    zone = project.current().zone
    found = set()
    for key, wire in filters.items():
        try:
            if parsed_filter(wire, now=now, zone=zone).matches(record):
                found.add(key)
        except InvalidPayload:
            logger.warning("the filter of segment %s cannot be read", key)
    return found


def _record(
    stored: Customer | None, payload: Mapping[str, Any], *, events: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """One customer in the wire names of the filter's fields; what was sent beats what is stored."""
    row = stored or Customer(created_at=now, source_id=payload.get("source_id"))
    born = payload.get("birthdate", payload.get("birthday", row.birthdate))
    address = {name: getattr(row, name) for name in ADDRESS}
    if "address" in payload:
        address = {**address, **payload["address"]} if payload["address"] else {}
    orders, count = row.orders_total_amount, row.orders_count
    return {
        "id": row.public_id if stored else None,
        "source_id": row.source_id,
        **{name: payload.get(name, getattr(row, name)) for name in _TEXTS},
        "birthdate": born,
        "birthday": born,
        "address": address,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "metadata": exact({**row.metadata, **(payload.get("metadata") or {})}),
        "summary": {
            "orders": {
                "total_amount": orders,
                "total_count": count,
                "average_amount": (2 * orders + count) // (2 * count) if count else 0,
                "last_order_amount": row.last_order_amount,
                "last_order_date": row.last_order_at,
            },
            "redemptions": {
                "total_redeemed": row.redemptions_succeeded + row.redemptions_failed,
                "total_succeeded": row.redemptions_succeeded,
                "total_failed": row.redemptions_failed,
                "total_rolled_back": row.rollbacks_succeeded + row.rollbacks_failed,
                "total_rollback_succeeded": row.rollbacks_succeeded,
                "total_rollback_failed": row.rollbacks_failed,
            },
        },
        "events": events,
    }


def _events_named(filters: Iterable[Any]) -> set[str]:
    """Names of the custom events that filters ask for."""
    asked = (name.removeprefix("events.") for wire in filters for name in wire if name.startswith("events."))
    return {name.rpartition(".")[0] for name in asked}


def _happened(customer: Customer | None, names: Collection[str]) -> dict[str, dict[str, Any]]:
    if customer is None or not names:
        return {}
    events = CustomEvent.objects.filter(customer=customer, name__in=names).order_by()
    rows = events.values("name").annotate(count=Count("pk"), last_occurrence=Max("created_at"))
    return {row["name"]: dict(row) for row in rows}
