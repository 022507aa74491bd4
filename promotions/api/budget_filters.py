"""What the lists of budgets and of their counters can be asked for. Goes beyond the contract."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet

from core.api.filters import WireFilterSet
from core.errors import InvalidQueryParams
from promotions.api.catalogue_filters import BooleanFilter, TextFilter
from promotions.models import Budget, Counter

type Rows = QuerySet[Any]


class BudgetFilters(WireFilterSet):
    ORDER_FIELDS = {
        "created_at": "created_at",
        "updated_at": "updated_at",
        "name": "name",
        "limit": "limit",
    }

    measure = TextFilter("measure", label="measure")
    period = TextFilter("period", label="period")
    per = TextFilter("per", label="per")
    active = BooleanFilter("is_active", label="active")
    campaign_id = TextFilter("campaigns__public_id", label="campaign_id")

    class Meta:
        model = Budget
        fields: tuple[str, ...] = ()


class BudgetCounterFilters(WireFilterSet):
    """Newest period first; within it by subject."""

    ID_FIELD = ""
    DATE_FIELDS = {}
    ORDER_FIELDS = {}

    period = TextFilter(label="period", method="of_period")

    class Meta:
        model = Counter
        fields: tuple[str, ...] = ()

    def of_period(self, rows: Rows, name: str, value: str) -> Rows:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise InvalidQueryParams("period: the first day of a period is expected (YYYY-MM-DD).") from None
        return rows.filter(period=value)
