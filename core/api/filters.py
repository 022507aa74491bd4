"""Filters of list endpoints: dates, ids, order and `filters[...]`, declared per noun with django-filter.

    class VoucherFilterSet(WireFilterSet):
        FILTER_FIELDS = {"code": Text("code"), "metadata": Json("metadata")}
        ORDER_FIELDS = {"created_at": "created_at", "code": "code"}

A view names it as `filterset_class`; `WireFilterBackend` applies it. Contract: semantics-core 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend  # type: ignore[import-untyped]
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.request import Request
from rest_framework.views import APIView

from core.api import filter_values as read
from core.api.filter_fields import AnyField, Array, Bool, Date, DateTime, Json, Number, State, Text
from core.api.filter_grammar import FilterFields, WireFilters, build, matches
from core.api.query import Query, parse_query, read_query
from core.errors import InvalidQueryParams

__all__ = [
    "AnyField",
    "Array",
    "Bool",
    "Date",
    "DateTime",
    "FilterFields",
    "Json",
    "Number",
    "State",
    "Text",
    "WireFilterBackend",
    "WireFilterSet",
    "WireFilters",
    "build",
    "matches",
]

MAX_IDS = 100

# django-filter's own filters that would hand a list or a nested object on to the database.
_ONE_TEXT = (django_filters.Filter, django_filters.CharFilter)

type Rows = QuerySet[Any]


class _InstantField(forms.Field):
    def to_python(self, value: Any) -> datetime | None:
        if value is None:
            return None
        return read.instant(value, str(self.label), zone=timezone.get_current_timezone())


class _IdsField(forms.Field):
    def to_python(self, value: Any) -> list[str] | None:
        if value is None:
            return None
        ids = [read.text(item, "ids") for item in read.several(value, "ids")]
        if len(ids) > MAX_IDS:
            raise InvalidQueryParams(f"ids: at most {MAX_IDS} values are allowed.")
        return ids


@extend_schema_field(OpenApiTypes.DATETIME)
class _InstantFilter(django_filters.Filter):
    field_class = _InstantField


@extend_schema_field({"type": "array", "items": {"type": "string"}, "maxItems": MAX_IDS})
class _IdsFilter(django_filters.Filter):
    field_class = _IdsField

    def filter(self, qs: Rows, value: list[str] | None) -> Rows:
        return qs if value is None else qs.filter(**{f"{self.field_name}__in": value})


@extend_schema_field(OpenApiTypes.OBJECT)
class _ConditionsFilter(django_filters.Filter):
    def filter(self, qs: Rows, value: Any) -> Rows:
        if value is None:
            return qs
        parent: WireFilterSet = self.parent
        zone = timezone.get_current_timezone()
        return qs.filter(build(value, parent.FILTER_FIELDS, now=parent.now, zone=zone))


@extend_schema_field(OpenApiTypes.STR)
class _OrderFilter(django_filters.Filter):
    def filter(self, qs: Rows, value: Any) -> Rows:
        parent: WireFilterSet = self.parent
        wanted = parent.DEFAULT_ORDER if value is None else value
        direction = "-" if isinstance(wanted, str) and wanted.startswith("-") else ""
        path = parent.ORDER_FIELDS.get(wanted.removeprefix("-")) if isinstance(wanted, str) else None
        if path is None:
            raise InvalidQueryParams(f"order: {self.label} is expected.")
        return qs.order_by(f"{direction}{path}", f"{direction}pk")


class WireFilterSet(django_filters.FilterSet):
    """The filters every list shares. A subclass names its fields and may declare more django-filter filters.

    `DATE_FIELDS`: wire names with `[before]` and `[after]`, bounds excluded; also as `[created_at][before]`.
    `ID_FIELD`: the column of `ids[]`; empty for lists without it.
    `ORDER_FIELDS`: wire name -> column; empty for lists that order themselves (cursor lists). Ties go by key.
    `FILTER_FIELDS`: see `core.api.filter_grammar`; empty: `filters` is ignored like any unknown parameter.
    """

    FILTER_FIELDS: ClassVar[FilterFields] = {}
    ID_FIELD: ClassVar[str] = "public_id"
    DATE_FIELDS: ClassVar[Mapping[str, str]] = {"created_at": "created_at", "updated_at": "updated_at"}
    ORDER_FIELDS: ClassVar[Mapping[str, str]] = {"created_at": "created_at", "updated_at": "updated_at"}
    DEFAULT_ORDER: ClassVar[str] = "-created_at"

    def __init__(
        self,
        data: QueryDict | Query | None = None,
        queryset: Rows | None = None,
        *,
        request: Request | None = None,
        prefix: str | None = None,
        now: datetime | None = None,
    ) -> None:
        query = parse_query(data) if isinstance(data, QueryDict) else (data or {})
        super().__init__(self._flat(query), queryset, request=request, prefix=prefix)
        self.now = now or timezone.now()

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        filters: dict[str, django_filters.Filter] = super().get_filters()
        for name, path in cls.DATE_FIELDS.items():
            for side, lookup in (("before", "lt"), ("after", "gt")):
                wire_name = f"{name}[{side}]"
                filters[wire_name] = _InstantFilter(path, lookup, label=wire_name)
        if cls.ID_FIELD:
            filters["ids"] = _IdsFilter(cls.ID_FIELD, label="ids")
        if cls.FILTER_FIELDS:
            filters["filters"] = _ConditionsFilter("pk", label="filters")
        if cls.ORDER_FIELDS:
            allowed = ", ".join(f"{name}, -{name}" for name in cls.ORDER_FIELDS)
            filters["order"] = _OrderFilter("pk", label=f"one of {allowed}")
        return filters

    @classmethod
    def _flat(cls, query: Query) -> dict[str, Any]:
        """The query with date bounds under the names of their filters.

        :raises InvalidQueryParams: a value of another shape than its filter takes.
        """
        flat: dict[str, Any] = {name: node for name, node in query.items() if name not in cls.DATE_FIELDS}
        for name in cls.DATE_FIELDS:
            bounds = query.get(name, {})
            if not isinstance(bounds, dict) or not set(bounds) <= {"before", "after"}:
                raise InvalidQueryParams(f"{name}: {name}[before] or {name}[after] is expected.")
            flat.update({f"{name}[{side}]": value for side, value in bounds.items()})
        for name, declared in cls.base_filters.items():
            if type(declared) in _ONE_TEXT and not isinstance(flat.get(name, ""), str):
                raise InvalidQueryParams(f"{name}: one value is expected.")
        return flat


class WireFilterBackend(DjangoFilterBackend):
    """Applies a view's `filterset_class` to the bracketed query; a complaint is an `InvalidQueryParams`."""

    filterset_base = WireFilterSet

    def get_filterset_kwargs(self, request: Request, queryset: Rows, view: APIView) -> dict[str, Any]:
        kwargs: dict[str, Any] = {"data": read_query(request), "queryset": queryset, "request": request}
        return {**kwargs, "now": getattr(view, "now", None)}

    def filter_queryset(self, request: Request, queryset: Rows, view: APIView) -> Rows:
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            name, complaints = next(iter(filterset.errors.items()))
            raise InvalidQueryParams(f"{name}: {' '.join(complaints)}")
        rows: Rows = filterset.qs
        return rows
