"""Members of programmes on the wire (contract: loyalty 2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commerce.api.serializers.customers import CustomerPayload, customer_spec
from core.api.fields import MetadataField, TextField, WireSerializer
from core.api.query import Query
from core.errors import InvalidQueryParams
from core.ids import has_prefix
from promotions.models import Campaign
from promotions.services.publication_specs import LONGEST_CHANNEL, LONGEST_ID, PublicationSpec


class MemberInput(WireSerializer):
    """Who joins; `voucher` is one particular card, else the next free one."""

    voucher = TextField(required=False, allow_null=True, max_length=255)
    customer = CustomerPayload()
    source_id = TextField(required=False, allow_null=True, max_length=LONGEST_ID)
    channel = TextField(required=False, allow_null=True, max_length=LONGEST_CHANNEL)
    metadata = MetadataField(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> Any:
        """A customer may be named by an id alone, the house's or the shop's."""
        customer = data.get("customer") if isinstance(data, Mapping) else None
        if isinstance(customer, str):
            name = "id" if has_prefix(customer, "cust") else "source_id"
            data = {**data, "customer": {name: customer}}
        return super().to_internal_value(data)


def member_spec(given: Mapping[str, Any], campaign: Campaign) -> PublicationSpec:
    return PublicationSpec(
        customer=customer_spec(given["customer"]),
        voucher=given.get("voucher") or "",
        campaign=campaign.public_id,
        source_id=given.get("source_id") or "",
        channel=given.get("channel") or "",
        metadata=given.get("metadata") or {},
    )


def wanted_ids(query: Query) -> list[str] | None:
    """`ids` of the query: ids or codes of cards; None: not said.

    :raises InvalidQueryParams: something else than texts.
    """
    given = query.get("ids")
    if given is None:
        return None
    found = given.split(",") if isinstance(given, str) else given
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise InvalidQueryParams("ids: a list of ids is expected.")
    return found
