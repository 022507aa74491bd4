"""What the list of referrals can be asked for. Goes beyond the contract."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters  # type: ignore[import-untyped]
from django.db.models import QuerySet

from core.api.filters import DateTime, Text, WireFilterSet
from core.errors import InvalidQueryParams
from referrals.models import Referral


class ReviewFilters(WireFilterSet):
    """Ids of the wire. Several states at once: `filters[state][conditions][$in][0]=HELD`."""

    FILTER_FIELDS: ClassVar = {
        "id": Text("public_id"),
        "state": Text("state"),
        "campaign_id": Text("campaign__public_id"),
        "referrer_id": Text("referrer__public_id"),
        "referee_id": Text("referee__public_id"),
        "created_at": DateTime("created_at"),
        "decided_at": DateTime("decided_at"),
    }
    DATE_FIELDS: ClassVar = {"created_at": "created_at"}
    ORDER_FIELDS: ClassVar = {}

    state = django_filters.CharFilter("state", label="state", method="in_choices")
    campaign_id = django_filters.CharFilter("campaign__public_id", label="campaign_id")
    referrer_id = django_filters.CharFilter("referrer__public_id", label="referrer_id")
    referee_id = django_filters.CharFilter("referee__public_id", label="referee_id")

    class Meta:
        model = Referral
        fields: tuple[str, ...] = ()

    def in_choices(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value not in Referral.State.values:
            raise InvalidQueryParams(f"state: one of {', '.join(Referral.State.values)} is expected.")
        return rows.filter(state=value)
