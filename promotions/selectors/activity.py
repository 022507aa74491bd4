"""What happened to a customer, read from the events of the house (contract: data file 12).

Events are kept as long as the outbox keeps them (`prune_outbox`); what they say are ids and amounts.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from commerce.models import Customer
from core import places
from core.models import ApiKey, OutboxEvent
from promotions.models import Campaign

_OF_CUSTOMER: Final = "customer."
# Under other names than the contract's for a customer: `redemption.succeeded` is told of everybody.
_OF_OTHERS: Final = (
    "publication.failed",
    "publication.succeeded",
    "redemption.failed",
    "redemption.rollback.succeeded",
    "redemption.succeeded",
)
# A consequence of something else; the rest is what a caller asked for.
EFFECTS: Final = ("customer.segment.entered", "customer.segment.left")


def of_customer(customer: Customer) -> QuerySet[OutboxEvent]:
    """With `customer_ref` and `campaign_ref` to filter by."""
    events = OutboxEvent.objects.alias(
        customer_ref=KT("payload__customer_id"),
        campaign_ref=Coalesce(KT("payload__campaign_id"), Value(""), output_field=TextField()),
    )
    own = events.filter(payload__has_key="customer_id", customer_ref=customer.public_id)
    told = own.filter(name__startswith=_OF_CUSTOMER) | own.filter(name__in=_OF_OTHERS)
    if places.limit() is None:
        return told
    # Who works in single places hears nothing of campaigns elsewhere.
    return told.filter(campaign_ref="") | _of(told, Campaign.objects.all())


def type_of(event: OutboxEvent) -> str:
    return event.name if event.name.startswith(_OF_CUSTOMER) else f"{_OF_CUSTOMER}{event.name}"


def named(wire_type: str) -> list[str]:
    """The names under which the house tells what is of this type."""
    return [wire_type, wire_type.removeprefix(_OF_CUSTOMER)]


def of_campaigns(events: QuerySet[OutboxEvent], campaign_type: str) -> QuerySet[OutboxEvent]:
    return _of(events, Campaign.objects.filter(campaign_type=campaign_type))


def key_names(events: list[OutboxEvent]) -> dict[str, str]:
    """Of the keys that acted, by their id. One query, none where no key did."""
    ids = {event.actor_id for event in events if event.actor_kind == "api_key"}
    return dict(ApiKey.objects.filter(app_id__in=ids).values_list("app_id", "name")) if ids else {}


def _of(events: QuerySet[Any], campaigns: QuerySet[Campaign]) -> QuerySet[Any]:
    return events.filter(campaign_ref__in=campaigns.values("public_id"))
