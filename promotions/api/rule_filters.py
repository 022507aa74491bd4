"""What the lists of validation rules and assignments can be asked for. Contract: semantics-core 11."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters  # type: ignore[import-untyped]
from django.db.models import QuerySet
from django.utils import timezone

from core.api import filter_values as read
from core.api.filters import WireFilterSet
from promotions.api.catalogue_filters import TextFilter
from promotions.models import ValidationRule, ValidationRuleAssignment
from promotions.selectors import validation_rules as known

type Rows = QuerySet[Any]


class _Created(django_filters.Filter):
    """Made at this instant at the earliest or the latest."""

    def filter(self, qs: Rows, value: Any) -> Rows:
        if value is None:
            return qs
        moment = read.instant(value, str(self.label), zone=timezone.get_current_timezone())
        return qs.filter(**{f"created_at__{self.lookup_expr}": moment})


class ValidationRuleFilters(WireFilterSet):
    ORDER_FIELDS: ClassVar = {"created_at": "created_at", "updated_at": "updated_at", "name": "name"}

    start_date = _Created("created_at", "gte", label="start_date")
    end_date = _Created("created_at", "lte", label="end_date")

    class Meta:
        model = ValidationRule
        fields: tuple[str, ...] = ()


class RuleAssignmentFilters(WireFilterSet):
    """Those of one rule."""

    ORDER_FIELDS: ClassVar = {"created_at": "created_at"}

    class Meta:
        model = ValidationRuleAssignment
        fields: tuple[str, ...] = ()


class AssignmentFilters(RuleAssignmentFilters):
    ORDER_FIELDS: ClassVar = {"created_at": "created_at", "updated_at": "updated_at"}

    rule = TextFilter("rule__public_id", label="rule")
    related_object_id = TextFilter(label="related_object_id", method="of_object")

    def of_object(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(known.related_to(value))
