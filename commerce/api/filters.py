"""Filters of commerce's lists (contract: data file 3.3, 5, 7)."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import django_filters
from django.utils import timezone

from commerce.models import Segment
from commerce.selectors import segments
from core.api import filter_values as read
from core.api.filters import DateTime, Text, WireFilterSet
from core.errors import InvalidQueryParams

# The contract's enum holds words of other nouns; they must not be refused.
_BY_AGE: Final = dict.fromkeys(("created_at", "type", "campaign", "category"), "created_at")


class _Exactly(django_filters.Filter):
    """One whole text, in any case."""

    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        text = read.text(value, str(self.field_name))
        return qs.filter(**{f"{self.field_name}__iexact": text})


class _InSegment(django_filters.Filter):
    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        segment = Segment.objects.filter(public_id=read.text(value, "segment_id")).first()
        if segment is None:
            return qs.none()
        return qs.filter(pk__in=segments.members(segment, now=self.parent.now).values("pk"))


class _StartingAfter(django_filters.Filter):
    """A cursor beside pages: customers that come after this `created_at` in the chosen direction."""

    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        moment = read.instant(value, "starting_after", zone=timezone.get_current_timezone())
        order = self.parent.data.get("order") or self.parent.DEFAULT_ORDER
        if str(order).removeprefix("-") != "created_at":
            raise InvalidQueryParams("starting_after: needs the order created_at or -created_at.")
        return qs.filter(**{"created_at__lt" if str(order).startswith("-") else "created_at__gt": moment})


class CustomerFilterSet(WireFilterSet):
    ORDER_FIELDS: ClassVar = {
        "created_at": "created_at",
        "updated_at": "updated_at",
        "source_id": "source_id",
    }

    email = _Exactly("email")
    name = _Exactly("name")
    city = _Exactly("city")
    segment_id = _InSegment()
    starting_after = _StartingAfter()


class _Since(django_filters.Filter):
    lookup = "gte"

    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        moment = read.instant(value, str(self.label), zone=timezone.get_current_timezone())
        return qs.filter(**{f"created_at__{self.lookup}": moment})


class _Until(_Since):
    lookup = "lte"


class CatalogueFilterSet(WireFilterSet):
    """Products, and the SKUs of a product. The contract's `order` has names that no product has: by age."""

    ORDER_FIELDS: ClassVar = {**_BY_AGE, "updated_at": "updated_at", "code": "source_id"}

    start_date = _Since(label="start_date")
    end_date = _Until(label="end_date")


class CollectionFilterSet(WireFilterSet):
    ORDER_FIELDS: ClassVar = {**_BY_AGE, "updated_at": "updated_at", "type": "type", "code": "name"}


class SegmentFilterSet(WireFilterSet):
    ORDER_FIELDS: ClassVar = {"created_at": "created_at"}
    FILTER_FIELDS: ClassVar = {
        "id": Text("public_id"),
        "name": Text("name"),
        "type": Text("type"),
        "created_at": DateTime("created_at"),
    }

    start_date = _Since(label="start_date")
    end_date = _Until(label="end_date")


class LocationFilterSet(WireFilterSet):
    FILTER_FIELDS: ClassVar = {
        "name": Text("name"),
        "created_at": DateTime("created_at"),
        "updated_at": DateTime("updated_at"),
    }

    end_date = _Until(label="end_date")


class OrderFilterSet(WireFilterSet):
    """Oldest first unless asked otherwise (contract: data file 7)."""

    DEFAULT_ORDER = "created_at"
