"""The filters every list shares: dates, ids, order and `filters[...]`, through the filter backend."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters
import pytest
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from core.api.filters import DateTime, Json, WireFilterBackend, WireFilterSet
from core.errors import InvalidQueryParams
from core.models import OutboxEvent
from tests.core.api.filter_sample import DAY, NOW


class EventFilterSet(WireFilterSet):
    FILTER_FIELDS = {"payload": Json("payload")}
    DATE_FIELDS = {"created_at": "created_at", "dispatched_at": "dispatched_at"}
    ORDER_FIELDS = {"created_at": "created_at", "name": "name"}

    channel = django_filters.Filter("channel")
    actor = django_filters.CharFilter("actor_id")
    sequence = django_filters.NumberFilter("sequence")


def event(name: str, created_at: datetime, **columns: Any) -> OutboxEvent:
    return OutboxEvent.objects.create(
        name=name,
        entity_type="sample",
        entity_id=name + created_at.isoformat(),
        sequence=OutboxEvent.objects.count() + 1,
        actor_kind="system",
        actor_id="tests",
        channel="tests",
        created_at=created_at,
        **columns,
    )


def listed(
    query: str, filterset: type[WireFilterSet] | None = EventFilterSet, **view_attributes: Any
) -> list[str]:
    view = GenericAPIView()
    view.filterset_class = filterset  # type: ignore[attr-defined]
    for name, value in view_attributes.items():
        setattr(view, name, value)
    request = Request(APIRequestFactory().get(f"/?{query}"))
    rows = WireFilterBackend().filter_queryset(request, OutboxEvent.objects.all(), view)
    return [row.name for row in rows]


@pytest.fixture
def events(db: None) -> dict[str, OutboxEvent]:
    return {
        "b": event("b", NOW - DAY, payload={"kind": "x"}, dispatched_at=NOW),
        "a": event("a", NOW, payload={"kind": "y"}),
        "c": event("c", NOW + DAY, payload={"kind": "x"}),
    }


@pytest.mark.usefixtures("events")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["c", "a", "b"]),
        ("unknown[x]=2&filterz=1", ["c", "a", "b"]),
        ("order=created_at", ["b", "a", "c"]),
        ("order=name", ["a", "b", "c"]),
        ("order=-name", ["c", "b", "a"]),
        ("created_at[before]=2026-03-10T12:00:00.000Z", ["b"]),
        ("created_at[after]=2026-03-10T12:00:00.000Z", ["c"]),
        ("[created_at][after]=2026-03-10T12:00:00.000Z", ["c"]),
        ("created_at%5Bafter%5D=2026-03-09T13:00:00%2B01:00", ["c", "a"]),
        ("created_at[after]=2026-03-09T12:00:00Z&created_at[before]=2026-03-11T12:00:00Z", ["a"]),
        ("created_at[after]=2026-03-10", ["c", "a"]),
        ("dispatched_at[after]=2020-01-01", ["b"]),
        ("filters[payload.kind][conditions][$is]=x", ["c", "b"]),
        ("filters[payload.kind][conditions][$is_not][0]=x", ["a"]),
        ("[filters][payload.kind][conditions][$is]=x&order=created_at", ["b", "c"]),
        ("ids[]=nothing", []),
        ("channel=tests&sequence=2&actor=tests", ["a"]),
        ("channel=shop", []),
    ],
)
def test_lists_are_filtered_and_ordered(query: str, names: list[str]) -> None:
    assert listed(query) == names


def test_ids(events: dict[str, OutboxEvent]) -> None:
    a, b = events["a"].public_id, events["b"].public_id

    for query in (f"ids[]={a}&ids[]={b}", f"ids={a}&ids={b}", f"ids[0]={a}&ids[1]={b}"):
        assert listed(query) == ["a", "b"]
    assert listed(f"ids={b}") == ["b"]


@pytest.mark.usefixtures("events")
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("order=bogus", "created_at, -created_at, name, -name"),
        ("order=--name", "order"),
        ("order=payload", "order"),
        ("order=pk", "order"),
        ("order=", "order"),
        ("order[]=name", "order"),
        ("order=name&order=-name", "order"),
        ("order[name]=1", "order"),
        ("created_at[before]=yesterday", "created_at[before]"),
        ("created_at[before]=", "created_at[before]"),
        ("created_at[before]=2026-01-01&created_at[before]=2026-01-02", "created_at[before]"),
        ("created_at[since]=2026-01-01", "created_at[after]"),
        ("created_at=2026-01-01", "created_at[after]"),
        ("created_at[before][x]=2026-01-01", "created_at[before]"),
        ("ids[a]=x", "ids"),
        ("&".join(f"ids[]={number}" for number in range(101)), "at most 100"),
        ("filters=x", "filters"),
        ("filters[name][conditions][$is]=x", "payload.<key>"),
        ("filters[payload.kind][conditions][$bogus]=x", "$bogus"),
        ("filters[payload.kind]=x", "conditions"),
        ("channel[x]=tests", "channel: one value"),
        ("channel=tests&channel=shop", "channel: one value"),
        ("actor[]=tests", "actor: one value"),
        ("sequence=two", "sequence: Enter a number."),
        ("sequence[x]=2", "sequence: Enter a number."),
        ("a[b=1", "brackets"),
        ("a=%00", "NUL"),
    ],
)
def test_wrong_queries_are_refused(query: str, words: str) -> None:
    with pytest.raises(InvalidQueryParams) as caught:
        listed(query)

    assert words in caught.value.details


@pytest.mark.django_db
@pytest.mark.parametrize(("order", "expected"), [("created_at", [0, 1, 2]), ("-created_at", [2, 1, 0])])
def test_ties_are_ordered_by_key(order: str, expected: list[int]) -> None:
    names = [event(f"e{number}", NOW).name for number in range(3)]

    assert listed(f"order={order}") == [names[index] for index in expected]


@pytest.mark.usefixtures("events")
def test_relative_filters_use_the_clock_of_the_view() -> None:
    class RecentFilterSet(EventFilterSet):
        FILTER_FIELDS = {"created_at": DateTime("created_at")}

    query = "filters[created_at][conditions][$is_days_ago]=1"

    assert listed(query, RecentFilterSet, now=NOW) == ["b"]
    assert listed(query, RecentFilterSet, now=NOW + 2 * DAY) == ["c"]


@pytest.mark.usefixtures("events")
def test_a_list_that_orders_itself_has_no_order_parameter() -> None:
    class CursorFilterSet(EventFilterSet):
        ORDER_FIELDS: dict[str, str] = {}

    assert sorted(listed("order=-id", CursorFilterSet)) == ["a", "b", "c"]


@pytest.mark.usefixtures("events")
def test_a_view_without_a_filterset_lists_everything() -> None:
    assert sorted(listed("order=bogus", None)) == ["a", "b", "c"]


@pytest.mark.usefixtures("events")
def test_a_list_without_ids_has_no_ids_parameter() -> None:
    class PlainFilterSet(EventFilterSet):
        ID_FIELD = ""

    assert listed("ids[]=nothing", PlainFilterSet) == ["c", "a", "b"]
