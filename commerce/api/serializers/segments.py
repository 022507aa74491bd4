"""Segments on the wire."""

from __future__ import annotations

from typing import Any

from commerce.models import Segment
from commerce.services.segments import MAX_MEMBERS, SegmentSpec
from core.api.fields import ChoiceField, ListField, MetadataField, TextField, WireSerializer
from core.errors import InvalidPayload
from core.instants import format_instant


class SegmentInput(WireSerializer):
    name = TextField(allow_blank=False, max_length=255)
    type = ChoiceField(Segment.Type, required=False)
    customers = ListField(
        child=TextField(allow_blank=False, max_length=255),
        required=False,
        allow_null=True,
        max_length=MAX_MEMBERS,
    )
    filter = MetadataField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Without a type, a filter makes a passive segment (contract: data file 4)."""
        filtered = bool(attrs.get("filter"))
        attrs.setdefault("type", Segment.Type.PASSIVE if filtered else Segment.Type.STATIC)
        if attrs["type"] != Segment.Type.STATIC and not filtered:
            raise InvalidPayload("Payload must have required property 'filter'")
        return attrs


def segment_spec(payload: dict[str, Any]) -> SegmentSpec:
    """What does not go with the type is ignored, as all that is unknown."""
    return SegmentSpec(
        name=payload["name"],
        type=payload["type"],
        customers=payload.get("customers") or (),
        filter=payload.get("filter"),
    )


def full_segment_output(segment: Segment) -> dict[str, Any]:
    """The segment object; `filter` is null for a fixed list."""
    return {
        "id": segment.public_id,
        "name": segment.name,
        "created_at": format_instant(segment.created_at),
        **({"updated_at": format_instant(segment.updated_at)} if segment.updated_at else {}),
        "type": segment.type,
        "filter": segment.filter,
        "object": "segment",
    }
