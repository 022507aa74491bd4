"""What the lists of requests and policies can be asked for. Goes beyond the contract."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import QuerySet

from approvals.models import ApprovalRequest, Policy
from core.api.filters import Text, WireFilterSet
from core.errors import InvalidQueryParams

type Rows = QuerySet[Any]


class RequestFilters(WireFilterSet):
    """`target` and `requester` are ids. Several at once: `filters[state][conditions][$in][0]=STALE`."""

    DATE_FIELDS = {
        "created_at": "created_at",
        "updated_at": "updated_at",
        "due_at": "due_at",
        "effective_at": "effective_at",
    }
    ORDER_FIELDS = DATE_FIELDS
    FILTER_FIELDS = {
        "state": Text("state"),
        "operation": Text("operation"),
        "target_type": Text("target_type"),
        "target_id": Text("target_id"),
        "requester_id": Text("requester_id"),
    }

    state = django_filters.CharFilter(label="state", method="in_state")
    operation = django_filters.CharFilter("operation", label="operation")
    target = django_filters.CharFilter("target_id", label="target")
    target_type = django_filters.CharFilter("target_type", label="target_type")
    requester = django_filters.CharFilter("requester_id", label="requester")

    class Meta:
        model = ApprovalRequest
        fields: tuple[str, ...] = ()

    def in_state(self, rows: Rows, name: str, value: str) -> Rows:
        if value not in ApprovalRequest.State.values:
            raise InvalidQueryParams(f"state: one of {', '.join(ApprovalRequest.State.values)} is expected.")
        return rows.filter(state=value)


class PolicyFilters(WireFilterSet):
    ORDER_FIELDS = {
        "position": "position",
        "name": "name",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
    DEFAULT_ORDER = "position"

    class Meta:
        model = Policy
        fields: tuple[str, ...] = ()
