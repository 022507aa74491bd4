"""Segments that every shop needs, found or made when somebody asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from commerce.models import Segment
from commerce.services import segments
from commerce.services.segments import SegmentSpec
from core.actors import Actor

_NAME: Final = "New customers"
_NO_ORDER: Final[Mapping[str, Any]] = {
    "junction": "and",
    "summary.orders.total_count": {"conditions": {"$less_than": [1]}},
}


def of_new_customers() -> Segment | None:
    """The segment of those who have no order so far, whatever it is called."""
    return Segment.objects.filter(filter=dict(_NO_ORDER)).order_by("pk").first()


@transaction.atomic
def new_customers(*, actor: Actor, now: datetime) -> Segment:
    """The same, made if it is not there.

    :raises DomainError: as `segments.create`.
    """
    spec = SegmentSpec(name=_NAME, type=Segment.Type.PASSIVE, filter=_NO_ORDER)
    return of_new_customers() or segments.create(spec=spec, actor=actor, now=now)
