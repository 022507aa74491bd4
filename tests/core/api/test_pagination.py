"""Pages, cursors and the list envelope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from core.api.pagination import CursorPagination, PagePagination
from core.errors import InvalidQueryParams, PageOverLimit
from core.models import OutboxEvent

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def answer(
    paginator: BasePagination,
    query: str,
    rows: Any,
    scope: QuerySet[OutboxEvent] | None = None,
    **attributes: Any,
) -> Any:
    """What a list view with these attributes answers; rows are shown by name."""
    view = GenericAPIView()
    view.queryset = scope
    for name, value in attributes.items():
        setattr(view, name, value)
    request = Request(APIRequestFactory().get(f"/?{query}"))
    page = paginator.paginate_queryset(rows, request, view)
    assert page is not None
    return paginator.get_paginated_response([getattr(row, "name", row) for row in page]).data


def paged(query: str = "", **attributes: Any) -> Any:
    return answer(PagePagination(), query, OutboxEvent.objects.order_by("pk"), **attributes)


def after(query: str = "", rows: QuerySet[OutboxEvent] | None = None, **attributes: Any) -> Any:
    everything = OutboxEvent.objects.all()
    return answer(
        CursorPagination(), query, everything if rows is None else rows, scope=everything, **attributes
    )


def names(first: int, last: int) -> list[str]:
    step = 1 if first <= last else -1
    return [f"e{number:02}" for number in range(first, last + step, step)]


@pytest.fixture
def make_events(db: None) -> Callable[..., list[OutboxEvent]]:
    def make(count: int, *, apart: timedelta = timedelta(minutes=1)) -> list[OutboxEvent]:
        return OutboxEvent.objects.bulk_create(
            OutboxEvent(
                name=f"e{number:02}",
                entity_type="sample",
                entity_id="sample",
                sequence=number,
                actor_kind="system",
                actor_id="tests",
                channel="tests",
                created_at=NOW + number * apart,
            )
            for number in range(count)
        )

    return make


@pytest.fixture
def events(make_events: Callable[..., list[OutboxEvent]]) -> list[OutboxEvent]:
    return make_events(25)


@pytest.mark.usefixtures("events")
def test_the_first_page_has_ten_rows_by_default() -> None:
    assert paged() == {"object": "list", "data_ref": "data", "data": names(0, 9), "total": 25}


@pytest.mark.usefixtures("events")
@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("limit=1", names(0, 0)),
        ("limit=100", names(0, 24)),
        ("limit=007", names(0, 6)),
        ("page=1", names(0, 9)),
        ("page=3", names(20, 24)),
        ("page=4", []),
        ("page=100", []),
        ("page=2&limit=5", names(5, 9)),
        ("page=5&limit=5", names(20, 24)),
        ("[page]=2&[limit]=2", names(2, 3)),
    ],
)
def test_pages(query: str, rows: list[str]) -> None:
    assert paged(query) == {"object": "list", "data_ref": "data", "data": rows, "total": 25}


@pytest.mark.usefixtures("events")
def test_the_view_names_the_array_and_has_more() -> None:
    attributes = {"data_ref": "tiers", "with_has_more": True}

    assert paged("limit=5&page=4", **attributes) == {
        "object": "list",
        "data_ref": "tiers",
        "tiers": names(15, 19),
        "total": 25,
        "has_more": True,
    }
    assert paged("limit=5&page=5", **attributes)["has_more"] is False


@pytest.mark.django_db
def test_an_empty_list_is_no_error() -> None:
    assert paged(data_ref="vouchers") == {
        "object": "list",
        "data_ref": "vouchers",
        "vouchers": [],
        "total": 0,
    }


WRONG_NUMBERS = [
    "-1",
    "0",
    "abc",
    "",
    "1.5",
    "1e2",
    "%2B1",
    "+1",
    "1+",
    "١",
    "0x10",
    "9" * 10,
    "9" * 5000,
    "NaN",
    "true",
]


@pytest.mark.django_db
@pytest.mark.parametrize("number", WRONG_NUMBERS)
@pytest.mark.parametrize("name", ["limit", "page"])
def test_refuses_numbers_that_are_none(name: str, number: str) -> None:
    with pytest.raises(InvalidQueryParams) as caught:
        paged(f"{name}={number}")

    assert (caught.value.status, caught.value.key) == (400, "invalid_query_params")
    assert caught.value.details.startswith(f"{name}: a whole number")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["limit=101", "limit=1&limit=2", "limit[]=5", "limit[x]=5", "page=1&page=2", "limit=%00"]
)
def test_refuses_other_wrong_queries(query: str) -> None:
    with pytest.raises(InvalidQueryParams):
        paged(query)


@pytest.mark.usefixtures("events")
def test_pages_end_at_the_views_limit() -> None:
    for query, attributes in (("page=101", {}), ("page=100", {"max_page": 99}), ("page=999999999", {})):
        with pytest.raises(PageOverLimit) as caught:
            paged(query, **attributes)
        assert (caught.value.status, caught.value.key) == (400, "page_over_limit")
    assert paged("page=1000", max_page=1000)["data"] == []


@pytest.mark.usefixtures("events")
def test_the_view_sets_its_own_limits() -> None:
    assert len(paged(default_limit=5)["data"]) == 5
    assert len(paged("limit=20", max_limit=20)["data"]) == 20
    with pytest.raises(InvalidQueryParams, match="from 1 to 20"):
        paged("limit=21", max_limit=20)


@pytest.mark.usefixtures("events")
@pytest.mark.parametrize(
    ("query", "queries"), [("", 2), ("page=3", 1), ("limit=100", 1), ("page=4", 2), ("limit=25", 2)]
)
def test_counts_at_most_once(query: str, queries: int) -> None:
    with CaptureQueriesContext(connection) as captured:
        total = paged(query, with_has_more=True)["total"]

    assert total == 25
    assert len(captured) == queries
    assert sum("COUNT" in entry["sql"] for entry in captured) == queries - 1


@pytest.mark.usefixtures("events")
def test_rows_without_an_order_are_newest_first() -> None:
    assert answer(PagePagination(), "limit=3", OutboxEvent.objects.all())["data"] == names(24, 22)


def test_pages_of_a_plain_list() -> None:
    rows = names(0, 24)

    assert answer(PagePagination(), "page=3", rows) == {
        "object": "list",
        "data_ref": "data",
        "data": names(20, 24),
        "total": 25,
    }


def test_a_cursor_list_starts_with_the_newest(events: list[OutboxEvent]) -> None:
    assert after() == {
        "object": "list",
        "data_ref": "data",
        "data": names(24, 15),
        "has_more": True,
        "more_starting_after": events[15].public_id,
    }


@pytest.mark.parametrize("name", ["starting_after_id", "starting_after"])
@pytest.mark.parametrize(
    ("order", "index", "rows", "has_more"),
    [
        ("-id", 15, names(14, 5), True),
        ("-created_at", 15, names(14, 5), True),
        ("id", 15, names(16, 24), False),
        ("created_at", 4, names(5, 14), True),
        ("-id", 0, [], False),
        ("id", 24, [], False),
        ("-id", 10, names(9, 0), False),
    ],
)
def test_rows_after_a_cursor(
    name: str, order: str, index: int, rows: list[str], has_more: bool, events: list[OutboxEvent]
) -> None:
    result = after(f"{name}={events[index].public_id}&order={order}")

    assert result["data"] == rows
    assert result["has_more"] is has_more
    assert ("more_starting_after" in result) is has_more


@pytest.mark.parametrize("order", ["id", "-id"])
@pytest.mark.parametrize("apart", [timedelta(0), timedelta(microseconds=1), timedelta(minutes=-1)])
@pytest.mark.parametrize("limit", [1, 7, 25, 100])
def test_walking_meets_every_row_once(
    order: str, apart: timedelta, limit: int, make_events: Callable[..., list[OutboxEvent]]
) -> None:
    made = sorted(
        make_events(25, apart=apart), key=lambda row: (row.created_at, row.pk), reverse=order == "-id"
    )
    query, met = f"limit={limit}&order={order}", []

    for _ in range(30):
        result = after(query)
        met += result["data"]
        if not result["has_more"]:
            break
        query = f"limit={limit}&order={order}&starting_after_id={result['more_starting_after']}"

    assert met == [row.name for row in made]


def test_walking_by_instant_meets_every_row_once(make_events: Callable[..., list[OutboxEvent]]) -> None:
    make_events(25, apart=timedelta(microseconds=1))
    query, met = "limit=7", []

    for _ in range(10):
        result = after(query, cursor="created_at")
        met += result["data"]
        if not result["has_more"]:
            break
        query = f"limit=7&starting_after={result['more_starting_after']}"

    assert met == names(24, 0)


@pytest.mark.usefixtures("events")
def test_the_cursor_may_be_an_instant() -> None:
    assert after("starting_after=2026-03-10T12:10:00.000Z")["data"] == names(9, 0)
    assert after("starting_after=2026-03-10T12:10:00.000Z&order=id&limit=2")["data"] == names(11, 12)
    assert after("limit=1", cursor="created_at")["more_starting_after"] == "2026-03-10T12:24:00.000000Z"


def test_a_cursor_that_left_the_filter_still_works(events: list[OutboxEvent]) -> None:
    filtered = OutboxEvent.objects.exclude(pk=events[15].pk)

    assert after(f"starting_after_id={events[15].public_id}", filtered)["data"] == names(14, 5)


def test_a_cursor_out_of_reach_is_unknown(events: list[OutboxEvent]) -> None:
    scope = OutboxEvent.objects.exclude(pk=events[15].pk)

    with pytest.raises(InvalidQueryParams):
        answer(CursorPagination(), f"starting_after_id={events[15].public_id}", scope, scope=scope)


@pytest.mark.usefixtures("events")
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("starting_after_id=ev_unknown", "ev_unknown"),
        ("starting_after=ev_unknown", "ev_unknown"),
        ("starting_after_id=2026-03-10T12:10:00.000Z", "starting_after_id"),
        ("starting_after_id=", "one id"),
        ("starting_after_id[]=a", "one id"),
        ("starting_after_id=a&starting_after_id=b", "one id"),
        ("starting_after=2026-02-30", "2026-02-30"),
        ("order=bogus", "-id, id"),
        ("order=name", "order"),
        ("order=", "order"),
        ("order=id&order=-id", "order"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=1.5", "limit"),
        ("starting_after_id=a%00", "NUL"),
    ],
)
def test_refuses_wrong_cursors(query: str, words: str) -> None:
    with pytest.raises(InvalidQueryParams) as caught:
        after(query)

    assert words in caught.value.details


@pytest.mark.parametrize(("with_total", "queries"), [(False, 2), (True, 3)])
def test_a_cursor_list_costs_two_queries(with_total: bool, queries: int, events: list[OutboxEvent]) -> None:
    with CaptureQueriesContext(connection) as captured:
        result = after(f"starting_after_id={events[20].public_id}", with_total=with_total)

    assert len(captured) == queries
    assert result.get("total") == (25 if with_total else None)


def test_published_parameters() -> None:
    view = GenericAPIView()
    view.max_page, view.max_limit = 99, 50  # type: ignore[attr-defined]

    page, limit = PagePagination().get_schema_operation_parameters(view)
    cursor = CursorPagination().get_schema_operation_parameters(view)

    assert (page["name"], page["schema"]["maximum"]) == ("page", 99)
    assert (limit["name"], limit["schema"]["maximum"]) == ("limit", 50)
    assert [parameter["name"] for parameter in cursor] == [
        "starting_after_id",
        "starting_after",
        "order",
        "limit",
    ]
