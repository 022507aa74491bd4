"""Paging of list endpoints and the list envelope (contract: semantics-core 3.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.filter_values import parse_instant
from core.api.query import Query, read_query
from core.errors import InvalidQueryParams, PageOverLimit

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
MAX_PAGE = 100

_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")

type Rows = QuerySet[Any]


class PagePagination(BasePagination):
    """`page` + `limit`. View attributes: `data_ref` ("data"), `default_limit` (10), `max_limit` (100),
    `max_page` (100), `with_has_more` (False).

    One COUNT query at most: none when the page itself shows where the list ends.
    """

    def paginate_queryset(
        self, queryset: Rows | Sequence[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The rows of the page.

        :raises InvalidQueryParams: `page` or `limit` is not a whole number in its range.
        :raises PageOverLimit: `page` is beyond the view's `max_page`.
        """
        query = read_query(request)
        self.view = view
        limit = _limit(query, view)
        page = _whole_number(query, "page", 1)
        max_page: int = getattr(view, "max_page", MAX_PAGE)
        if page < 1:
            raise InvalidQueryParams("page: a whole number from 1 is expected.")
        if page > max_page:
            raise PageOverLimit(f"The last page that can be read is {max_page}.")
        start = (page - 1) * limit
        if isinstance(queryset, QuerySet) and not queryset.ordered:
            queryset = queryset.order_by("-pk")
        rows = list(queryset[start : start + limit])
        self.total = _total(queryset, start, len(rows), limit)
        self.has_more = start + len(rows) < self.total
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        envelope = {**_envelope(self.view, data), "total": self.total}
        if getattr(self.view, "with_has_more", False):
            envelope["has_more"] = self.has_more
        return Response(envelope)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return _envelope_schema(schema, {"total": {"type": "integer"}})

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        page = {"type": "integer", "minimum": 1, "maximum": getattr(view, "max_page", MAX_PAGE), "default": 1}
        return [_parameter("page", page), _limit_parameter(view)]


class CursorPagination(BasePagination):
    """`starting_after_id` or `starting_after` + `limit` + `order` (`-id` by default, newest first).

    Rows are ordered by (`created_at`, primary key); `order=id` and `order=created_at` mean the same.
    A cursor is the wire id of the last row read, or its `created_at`. View attributes: `data_ref` ("data"),
    `default_limit`, `max_limit`, `cursor` ("id", or "created_at" where `more_starting_after` is a date-time),
    `with_total` (False; one COUNT query when True), `ordered_by_key` (False; True: rows are written one after
    the other, so that the primary key alone is their order).
    """

    def paginate_queryset(
        self, queryset: Rows | Sequence[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The rows strictly after the cursor.

        :raises InvalidQueryParams: `limit` or `order` is wrong, or the cursor names no row of this list.
        """
        if not isinstance(queryset, QuerySet):
            raise TypeError("a cursor needs a queryset")
        query = read_query(request)
        self.view = view
        limit = _limit(query, view)
        direction = _direction(query)
        self.total = queryset.count() if getattr(view, "with_total", False) else None
        after = self._after(query, queryset, view, direction)
        order = ("pk",) if getattr(view, "ordered_by_key", False) else ("created_at", "pk")
        rows = list(queryset.filter(after).order_by(*(f"{direction}{one}" for one in order))[: limit + 1])
        self.has_more = len(rows) > limit
        rows = rows[:limit]
        self.more_starting_after = self._cursor_of(rows[-1]) if self.has_more else None
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        envelope = {**_envelope(self.view, data), "has_more": self.has_more}
        if self.total is not None:
            envelope["total"] = self.total
        if self.more_starting_after is not None:
            envelope["more_starting_after"] = self.more_starting_after
        return Response(envelope)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return _envelope_schema(
            schema, {"has_more": {"type": "boolean"}, "more_starting_after": {"type": "string"}}
        )

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        order = {"type": "string", "enum": list(_DIRECTIONS), "default": "-id"}
        after = {"type": "string"}
        names = ("starting_after_id", "starting_after")
        return [
            *(_parameter(name, after) for name in names),
            _parameter("order", order),
            _limit_parameter(view),
        ]

    def _after(self, query: Query, queryset: Rows, view: APIView | None, direction: str) -> Q:
        name = "starting_after_id" if "starting_after_id" in query else "starting_after"
        cursor = query.get(name)
        if cursor is None:
            return Q()
        if not isinstance(cursor, str) or not cursor:
            raise InvalidQueryParams(f"{name}: one id is expected.")
        side = "lt" if direction else "gt"
        moment = parse_instant(cursor) if name == "starting_after" else None
        if moment is not None:
            return Q(**{f"created_at__{side}": moment})
        # The caller's whole list, not the filtered one: a row may have left the filter since it was read.
        everything = view.get_queryset() if view is not None and hasattr(view, "get_queryset") else queryset
        found = self._place(everything, cursor)
        if found is None:
            raise InvalidQueryParams(f"{name}: there is no {cursor!r} in this list.")
        created_at, pk = found
        if getattr(view, "ordered_by_key", False):
            return Q(**{f"pk__{side}": pk})
        return Q(**{f"created_at__{side}": created_at}) | Q(**{"created_at": created_at, f"pk__{side}": pk})

    def _place(self, everything: Rows, cursor: str) -> tuple[datetime, int] | None:
        """`created_at` and primary key of the row that a cursor names."""
        return everything.filter(public_id=cursor).order_by("pk").values_list("created_at", "pk").first()

    def _cursor_of(self, row: Any) -> str:
        if getattr(self.view, "cursor", "id") == "id":
            return str(row.public_id)
        # Microseconds, unlike elsewhere on the wire: a cut-off instant would skip or repeat rows.
        created_at: datetime = row.created_at
        return created_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


_DIRECTIONS = {"-id": "-", "id": "", "-created_at": "-", "created_at": ""}


def _direction(query: Query) -> str:
    order = query.get("order", "-id")
    if not isinstance(order, str) or order not in _DIRECTIONS:
        raise InvalidQueryParams(f"order: one of {', '.join(_DIRECTIONS)} is expected.")
    return _DIRECTIONS[order]


def _limit(query: Query, view: APIView | None) -> int:
    highest: int = getattr(view, "max_limit", MAX_LIMIT)
    limit = _whole_number(query, "limit", getattr(view, "default_limit", DEFAULT_LIMIT))
    if not 1 <= limit <= highest:
        raise InvalidQueryParams(f"limit: a whole number from 1 to {highest} is expected.")
    return limit


def _whole_number(query: Query, name: str, default: int) -> int:
    raw = query.get(name)
    if raw is None:
        return default
    if not isinstance(raw, str) or _WHOLE_NUMBER.fullmatch(raw) is None:
        raise InvalidQueryParams(f"{name}: a whole number is expected.")
    return int(raw)


def _total(queryset: Rows | Sequence[Any], start: int, found: int, limit: int) -> int:
    if not isinstance(queryset, QuerySet):
        return len(queryset)
    if found < limit and (found or start == 0):
        return start + found
    return queryset.count()


def _envelope(view: APIView | None, data: Any) -> dict[str, Any]:
    data_ref: str = getattr(view, "data_ref", "data")
    return {"object": "list", "data_ref": data_ref, data_ref: data}


def _envelope_schema(schema: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """The published shape; the array is shown under "data", whatever the view's `data_ref`."""
    head = {"object": {"type": "string", "enum": ["list"]}, "data_ref": {"type": "string"}}
    properties = {**head, "data": schema, **more}
    return {"type": "object", "required": ["object", "data_ref"], "properties": properties}


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _limit_parameter(view: APIView) -> dict[str, Any]:
    highest = getattr(view, "max_limit", MAX_LIMIT)
    default = getattr(view, "default_limit", DEFAULT_LIMIT)
    return _parameter("limit", {"type": "integer", "minimum": 1, "maximum": highest, "default": default})
