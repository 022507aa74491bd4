"""What the list of emergency stops can be asked for. Goes beyond the contract."""

from __future__ import annotations

from core.api.filters import WireFilterSet
from promotions.api.catalogue_filters import BooleanFilter


class EmergencyStopFilters(WireFilterSet):
    """`active`: in force."""

    DATE_FIELDS = {"started_at": "started_at"}
    ORDER_FIELDS = {"started_at": "started_at"}
    DEFAULT_ORDER = "-started_at"

    active = BooleanFilter("restored_at", lookup_expr="isnull", label="active")
    drill = BooleanFilter("is_drill", label="drill")
