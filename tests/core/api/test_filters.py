"""The filter grammar, on PostgreSQL and in memory, and the filters every list shares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from core.api import filter_operators as operators
from core.api.filters import Json, WireFilterBackend, WireFilters, WireFilterSet, build, matches
from core.api.query import parse_query
from core.errors import InvalidPayload, InvalidQueryParams
from core.models import OutboxEvent
from tests.core.api.filter_sample import DAY, FIELDS, FIELDS_OF_LISTS, NOW, Sample, create_rows

RECORD = {
    "text": "SUMMER-10",
    "nullable_text": None,
    "counts": {"number": 3},
    "amount": Decimal("12.5"),
    "flag": True,
    "at": "2026-03-08T12:00:00.000Z",
    "day": "2026-03-08",
    "metadata": {"lang": "pl", "size": 10, "tags": ["a", "b"], "a__b": "x", "sub": {"x": 1}},
    "labels": ["a", "b", "c"],
    "tags": ["A", "B"],
}


def fits(field: str, operator: str, *values: Any, record: dict[str, Any] | None = None, **clock: Any) -> bool:
    filters = {field: {"conditions": {operator: list(values)}}}
    return matches(filters, RECORD if record is None else record, FIELDS, now=NOW, **clock)


def refused(filters: Any, fields: Any = FIELDS_OF_LISTS) -> str:
    with pytest.raises(InvalidQueryParams) as caught:
        build(filters, fields, now=NOW)
    assert (caught.value.status, caught.value.key) == (400, "invalid_query_params")
    return caught.value.details


@pytest.mark.parametrize(
    ("field", "operator", "values", "expected"),
    [
        ("text", "$is", ["SUMMER-10"], True),
        ("text", "$is", ["summer-10"], False),
        ("text", "$is", ["x", "SUMMER-10"], True),
        ("text", "$is_not", ["x"], True),
        ("text", "$is_not", ["x", "SUMMER-10"], False),
        ("text", "$in", ["a", "SUMMER-10"], True),
        ("text", "$not_in", ["a", "b"], True),
        ("text", "$contains", ["MER"], True),
        ("text", "$contains", ["mer"], False),
        ("text", "$contains", ["%"], False),
        ("text", "$not_contain", ["zzz"], True),
        ("text", "$not_contain", ["zzz", "MER"], False),
        ("text", "$starts_with", ["SUM"], True),
        ("text", "$starts_with", ["UM"], False),
        ("text", "$ends_with", ["-10"], True),
        ("text", "$has_value", [""], True),
        ("nullable_text", "$has_value", [True], False),
        ("nullable_text", "$is_unknown", [""], True),
        ("nullable_text", "$is", ["x"], False),
        ("nullable_text", "$is_not", ["x"], True),
        ("nullable_text", "$not_in", ["x"], True),
        ("nullable_text", "$not_contain", ["x"], True),
        ("counts.number", "$is", ["3"], True),
        ("counts.number", "$is", [3], True),
        ("counts.number", "$is", ["3.5"], False),
        ("counts.number", "$is_not", ["3.5"], True),
        ("counts.number", "$more_than", ["2.5"], True),
        ("counts.number", "$more_than", [3], False),
        ("counts.number", "$more_than_equal", [3], True),
        ("counts.number", "$less_than", [3], False),
        ("counts.number", "$less_than_equal", ["3"], True),
        ("amount", "$is", ["12.50"], True),
        ("amount", "$more_than", ["12.49"], True),
        ("flag", "$is", ["true"], True),
        ("flag", "$is", ["False"], False),
        ("flag", "$is_not", [False], True),
        ("at", "$is", ["2026-03-08"], True),
        ("at", "$is", ["2026-03-09"], False),
        ("at", "$is_not", ["2026-03-09"], True),
        ("at", "$after", ["2026-03-08T11:59:59.999Z"], True),
        ("at", "$after", ["2026-03-08T12:00:00Z"], False),
        ("at", "$before", ["2026-03-08T12:00:00Z"], False),
        ("at", "$before", ["2026-03-08T14:00:00+01:00"], True),
        ("at", "$before", ["2026-03-08T14:00:00 01:00"], True),
        ("at", "$is_days_ago", ["2"], True),
        ("at", "$is_days_ago", ["1"], False),
        ("at", "$more_than_ago", ["1"], True),
        ("at", "$more_than_ago", ["2"], False),
        ("at", "$less_than_ago", ["3"], True),
        ("at", "$less_than_ago", ["2"], False),
        ("at", "$more_than", ["1"], True),
        ("at", "$less_than", ["1"], False),
        ("at", "$more_than_future", ["0"], False),
        ("at", "$less_than_future", ["5"], False),
        ("day", "$is", ["2026-03-08"], True),
        ("day", "$after", ["2026-03-07"], True),
        ("day", "$before", ["2026-03-08"], False),
        ("day", "$is_days_ago", [2], True),
        ("day", "$more_than_ago", [1], True),
        ("day", "$less_than_ago", [2], False),
        ("metadata.lang", "$is", ["pl"], True),
        ("metadata.lang", "$starts_with", ["p"], True),
        ("metadata.none", "$is", ["pl"], False),
        ("metadata.none", "$is_not", ["pl"], True),
        ("metadata.none", "$is_unknown", [""], True),
        ("metadata.size", "$is", ["10"], True),
        ("metadata.size", "$is", ["10.0"], True),
        ("metadata.size", "$more_than", ["9.5"], True),
        ("metadata.lang", "$more_than", ["1"], False),
        ("metadata.tags", "$contains", ["a"], True),
        ("metadata.tags", "$is", ["b"], True),
        ("metadata.tags", "$not_contain", ["a"], False),
        ("metadata.tags", "$count", ["2"], True),
        ("metadata.tags", "$count_more", ["2"], False),
        ("metadata.tags", "$count_less", ["3"], True),
        ("metadata.lang", "$count", ["0"], False),
        ("metadata.a__b", "$is", ["x"], True),
        ("metadata.sub", "$has_value", [""], True),
        ("metadata.sub", "$contains", ["x"], False),
        ("labels", "$contains", ["b"], True),
        ("labels", "$count", [3], True),
        ("tags", "$in", ["B", "Z"], True),
        ("tags", "$is_not", ["A"], False),
        ("tags", "$is_not", ["Z"], True),
        ("tags", "$is_unknown", [""], False),
    ],
)
def test_operators(field: str, operator: str, values: list[Any], expected: bool) -> None:
    assert fits(field, operator, *values) is expected


def test_future_operators() -> None:
    record = {"at": NOW + 2 * DAY, "day": (NOW + 2 * DAY).date()}

    for field in ("at", "day"):
        assert fits(field, "$is_days_in_future", 2, record=record)
        assert not fits(field, "$is_days_in_future", 1, record=record)
        assert fits(field, "$more_than_future", 1, record=record)
        assert not fits(field, "$more_than_future", 2, record=record)
        assert fits(field, "$less_than_future", 3, record=record)
        assert not fits(field, "$less_than_future", 2, record=record)
        assert not fits(field, "$more_than_ago", 0, record=record)


@pytest.mark.parametrize(
    ("operator", "first", "last"),
    [
        ("$yesterday", "2026-03-09", "2026-03-09"),
        ("$today", "2026-03-10", "2026-03-10"),
        ("$tomorrow", "2026-03-11", "2026-03-11"),
        ("$last_week", "2026-03-02", "2026-03-08"),
        ("$this_week", "2026-03-09", "2026-03-15"),
        ("$next_week", "2026-03-16", "2026-03-22"),
        ("$last_month", "2026-02-01", "2026-02-28"),
        ("$this_month", "2026-03-01", "2026-03-31"),
        ("$next_month", "2026-04-01", "2026-04-30"),
        ("$last_year", "2025-01-01", "2025-12-31"),
        ("$this_year", "2026-01-01", "2026-12-31"),
        ("$next_year", "2027-01-01", "2027-12-31"),
    ],
)
def test_calendar_operators(operator: str, first: str, last: str) -> None:
    begin, end = (
        datetime.fromisoformat(f"{first}T00:00:00Z"),
        datetime.fromisoformat(f"{last}T23:59:59.999999Z"),
    )
    second = timedelta(seconds=1)

    for moment, inside in ((begin - second, False), (begin, True), (end, True), (end + second, False)):
        written = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record = {"at": moment, "day": moment.date(), "metadata": {"date": written}}
        for field in ("at", "day", "metadata.date"):
            assert fits(field, operator, True, record=record) is inside, (field, moment)


def test_months_join_at_the_turn_of_the_year() -> None:
    filters = {"day": {"conditions": {"$next_month": [True]}}}
    december = datetime(2026, 12, 31, 12, 0, tzinfo=UTC)

    for day, inside in (
        ("2026-12-31", False),
        ("2027-01-01", True),
        ("2027-01-31", True),
        ("2027-02-01", False),
    ):
        assert matches(filters, {"day": day}, FIELDS, now=december) is inside


def test_days_begin_in_the_given_zone() -> None:
    late = {"at": datetime(2026, 3, 9, 23, 30, tzinfo=UTC)}
    warsaw = ZoneInfo("Europe/Warsaw")

    assert fits("at", "$is", "2026-03-09", record=late)
    assert fits("at", "$is", "2026-03-10", record=late, zone=warsaw)
    assert fits("at", "$is_days_ago", 0, record=late, zone=warsaw)
    assert fits("at", "$after", "2026-03-10", record=late, zone=warsaw)
    assert not fits("at", "$after", "2026-03-10", record=late)


def test_a_day_of_a_clock_change_has_25_hours() -> None:
    warsaw = ZoneInfo("Europe/Warsaw")
    edges = [datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)]

    assert all(fits("at", "$is", "2026-10-25", record={"at": edge}, zone=warsaw) for edge in edges)
    assert not fits("at", "$is", "2026-10-25", record={"at": edges[1] + timedelta(seconds=1)}, zone=warsaw)


def test_values_may_be_scalar_listed_or_indexed() -> None:
    for values in ("SUMMER-10", ["SUMMER-10"], {"0": "SUMMER-10"}, {"10": "x", "2": "SUMMER-10"}):
        assert matches({"text": {"conditions": {"$is": values}}}, RECORD, FIELDS, now=NOW)


@pytest.mark.parametrize(
    ("junction", "expected"),
    [(None, False), ("and", False), ("AND", False), ("or", True), ("OR", True), ("Or", True)],
)
def test_junction_joins_fields(junction: str | None, expected: bool) -> None:
    filters: dict[str, Any] = {
        "text": {"conditions": {"$is": "SUMMER-10"}},
        "flag": {"conditions": {"$is": False}},
    }
    if junction:
        filters["junction"] = junction

    assert matches(filters, RECORD, FIELDS, now=NOW) is expected


def test_operators_of_one_field_are_all_asked_even_under_or() -> None:
    conditions = {"$starts_with": "SUM", "$ends_with": "-11"}

    assert not matches({"junction": "or", "text": {"conditions": conditions}}, RECORD, FIELDS, now=NOW)
    assert matches({"text": {"conditions": {**conditions, "$ends_with": "-10"}}}, RECORD, FIELDS, now=NOW)


@pytest.mark.parametrize("filters", [{}, {"junction": "or"}, {"junction": "and"}])
def test_no_conditions_fit_everything(filters: dict[str, Any]) -> None:
    assert matches(filters, RECORD, FIELDS, now=NOW)
    assert not build(filters, FIELDS, now=NOW)


def test_more_than_21_values_are_fine() -> None:
    assert fits("text", "$in", *[f"code-{number}" for number in range(300)], "SUMMER-10")


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ("text", "an object"),
        (["text"], "an object"),
        ({"junction": "xor"}, "'and' or 'or'"),
        ({"junction": ["and"]}, "'and' or 'or'"),
        ({"text": "x"}, "'conditions'"),
        ({"text": {"conditions": {}}}, "'conditions'"),
        ({"text": {"conditions": "x"}}, "'conditions'"),
        ({"password": {"conditions": {"$is": "x"}}}, "Allowed: text, nullable_text, counts.number"),
        ({"number": {"conditions": {"$is": "1"}}}, "unknown field"),
        ({"text__startswith": {"conditions": {"$is": "x"}}}, "unknown field"),
        ({"tags__sample__text": {"conditions": {"$is": "x"}}}, "unknown field"),
        ({"metadata": {"conditions": {"$is": "x"}}}, "metadata.<key>"),
        ({"metadata.": {"conditions": {"$is": "x"}}}, "unknown field"),
        ({"metadata.a\0": {"conditions": {"$is": "x"}}}, "unknown field"),
        ({"text": {"conditions": {"$regex": "x"}}}, "Allowed: $is, $is_not, $in, $not_in"),
        ({"text": {"conditions": {"is": "x"}}}, "unknown operator"),
        ({"text": {"conditions": {"$more_than": "1"}}}, "unknown operator"),
        ({"text": {"conditions": {"$is": []}}}, "1 to 1000 values"),
        ({"text": {"conditions": {"$is": {"a": "b"}}}}, "a list of values"),
        ({"text": {"conditions": {"$is": {"²": "b"}}}}, "a list of values"),
        ({"text": {"conditions": {"$is": None}}}, "a text"),
        ({"text": {"conditions": {"$is": [["x"]]}}}, "a text"),
        ({"text": {"conditions": {"$is": "a\0"}}}, "a text"),
        ({"text": {"conditions": {"$is": "a" * 1001}}}, "a text"),
        ({"text": {"conditions": {"$is": ["x"] * 1001}}}, "1 to 1000 values"),
        ({"counts.number": {"conditions": {"$is": "12x"}}}, "a number"),
        ({"counts.number": {"conditions": {"$is": "1e5"}}}, "a number"),
        ({"counts.number": {"conditions": {"$is": "NaN"}}}, "a number"),
        ({"counts.number": {"conditions": {"$is": ""}}}, "a number"),
        ({"counts.number": {"conditions": {"$is": "٣"}}}, "a number"),
        ({"counts.number": {"conditions": {"$is": True}}}, "a number"),
        ({"counts.number": {"conditions": {"$is": Decimal("NaN")}}}, "a number"),
        ({"counts.number": {"conditions": {"$is": 10**15 + 1}}}, "a number"),
        ({"counts.number": {"conditions": {"$more_than": ["1", "2"]}}}, "exactly one"),
        ({"flag": {"conditions": {"$is": "yes"}}}, "true or false"),
        ({"flag": {"conditions": {"$is": 1}}}, "true or false"),
        ({"at": {"conditions": {"$after": "soon"}}}, "ISO 8601"),
        ({"at": {"conditions": {"$after": "2026-02-30"}}}, "ISO 8601"),
        ({"at": {"conditions": {"$after": "2026-W10-1"}}}, "ISO 8601"),
        ({"at": {"conditions": {"$after": "20260310"}}}, "ISO 8601"),
        ({"at": {"conditions": {"$after": "0001-01-01T00:00:00+14:00"}}}, "ISO 8601"),
        ({"at": {"conditions": {"$after": 20260310}}}, "ISO 8601"),
        ({"at": {"conditions": {"$is": "9999-12-31"}}}, "out of range"),
        ({"at": {"conditions": {"$is_days_ago": "-1"}}}, "whole number"),
        ({"at": {"conditions": {"$is_days_ago": "1.5"}}}, "whole number"),
        ({"at": {"conditions": {"$more_than_ago": "99999999"}}}, "whole number"),
        ({"labels": {"conditions": {"$count": "many"}}}, "a number"),
        ({"active": {"conditions": {"$is": "$deleted"}}}, "one of $active, $expired"),
        (
            {"active": {"conditions": {"$deleted": "true"}}},
            "Allowed: $is, $is_not, $in, $not_in, $active, $expired",
        ),
        ({f"metadata.{number}": {"conditions": {"$is": "x"}} for number in range(101)}, "at most 100"),
    ],
)
def test_refuses_and_says_what_is_allowed(filters: Any, words: str) -> None:
    assert words in refused(filters)


def test_the_kind_of_refusal_is_the_callers_choice() -> None:
    with pytest.raises(InvalidPayload) as caught:
        WireFilters.parse({"x": {}}, FIELDS, now=NOW, refusal=InvalidPayload)

    assert caught.value.key == "invalid_payload"
    assert "unknown field" in caught.value.details


def test_records_of_another_type_never_fit_and_never_crash() -> None:
    odd: list[Any] = [
        None,
        "",
        5,
        1.5,
        True,
        [],
        {},
        ["x"],
        {"x": 1},
        Decimal("NaN"),
        float("inf"),
        b"x",
        object(),
    ]

    for value in odd:
        record = dict.fromkeys(("text", "at", "day", "flag", "amount", "metadata", "labels"), value)
        record["counts"] = value
        for field, operator, operand in (
            ("text", "$is", "x"),
            ("at", "$after", "2020-01-01"),
            ("day", "$is", "2020-01-01"),
            ("counts.number", "$more_than", 7),
            ("amount", "$more_than", 7),
            ("metadata.x", "$more_than", 7),
            ("labels", "$count", 7),
        ):
            assert fits(field, operator, operand, record=record) is False


# On PostgreSQL


@pytest.fixture
def records(db: None) -> list[dict[str, Any]]:
    return create_rows()


def selected(filters: Any, **clock: Any) -> list[int]:
    rows = Sample.objects.filter(build(filters, FIELDS_OF_LISTS, now=NOW, **clock))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def expected(filters: Any, records: list[dict[str, Any]], **clock: Any) -> list[int]:
    parsed = WireFilters.parse(filters, FIELDS, now=NOW, **clock)
    return [record["pk"] for record in records if parsed.matches(record)]


TEXTS = [
    "SUMMER-10",
    "summer",
    "",
    " ",
    "%",
    "_",
    "10%_off",
    "\\",
    "\\'\";--",
    "5",
    "5.0",
    "10.25",
    "pl",
    "a",
    "true",
    "ż",
    "x",
]
NUMBERS = [
    "0",
    "-0",
    "1",
    "1.5",
    "-1.5",
    "2",
    "5",
    "10.25",
    "999999999999999",
    "1000000000000000",
    "-1000000000000000",
]
INSTANTS = [
    "2026-03-10",
    "2026-03-10T12:00:00Z",
    "2026-03-10T12:00:00.500Z",
    "2026-03-10T00:00:00+01:00",
    "2026-03-09T23:30:00Z",
    "0001-01-01",
    "9999-12-30",
    "1990-02-28",
]
DAYS = [0, 1, 7, 36_500]
OPERANDS: dict[str, list[Any]] = {
    **dict.fromkeys((*operators.EQUALITY, *operators.TEXT), TEXTS),
    **dict.fromkeys(operators.PRESENCE, ["", "true"]),
    **dict.fromkeys(operators.NUMBER, NUMBERS),
    **dict.fromkeys(operators.SIZE, [0, 1, 2, 4, 36_500]),
    **dict.fromkeys(operators.ABSOLUTE, INSTANTS),
    **dict.fromkeys(operators.RELATIVE, DAYS),
    **dict.fromkeys(operators.CALENDAR, [True]),
}
KEYS = ["lang", "date", "a__b", "a.b", "lang__isnull", "0", "$is", "none", "' OR 1=1 --", '"', "%s", "{}"]
NAMES = [*(name for name in FIELDS if name != "metadata"), *(f"metadata.{key}" for key in KEYS)]


def operands(name: str, operator: str) -> list[Any]:
    if name in ("at", "day") and operator in operators.EQUALITY:
        return INSTANTS
    if name == "at" and operator in operators.NUMBER:
        return DAYS
    if name == "flag" and operator in operators.EQUALITY:
        return ["true", "false"]
    if name in ("counts.number", "amount") and operator in operators.EQUALITY:
        return NUMBERS
    return OPERANDS[operator]


def operators_of(name: str) -> tuple[str, ...]:
    return FIELDS["metadata" if name.startswith("metadata.") else name].operators


@pytest.mark.parametrize("name", NAMES)
def test_sql_and_memory_agree_on_every_operator(name: str, records: list[dict[str, Any]]) -> None:
    asked = found = 0

    for operator in operators_of(name):
        for operand in operands(name, operator):
            filters = {name: {"conditions": {operator: operand}}}
            rows = selected(filters)
            assert rows == expected(filters, records), filters
            asked += 1
            found += bool(rows)

    assert asked >= 8
    assert found >= 4


def test_sql_and_memory_agree_on_days_of_another_zone(records: list[dict[str, Any]]) -> None:
    for zone in (ZoneInfo("Europe/Warsaw"), ZoneInfo("America/New_York"), timezone(timedelta(hours=14))):
        for name in ("at", "day"):
            for operator in ("$is", "$is_not", "$after", "$before"):
                for operand in INSTANTS[:5]:
                    filters = {name: {"conditions": {operator: operand}}}
                    assert selected(filters, zone=zone) == expected(filters, records, zone=zone), (
                        zone,
                        filters,
                    )


@st.composite
def any_filters(draw: st.DrawFn) -> dict[str, Any]:
    filters: dict[str, Any] = {"junction": draw(st.sampled_from(["and", "or", "OR"]))}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True)):
        conditions = {}
        for operator in draw(
            st.lists(st.sampled_from(operators_of(name)), min_size=1, max_size=3, unique=True)
        ):
            values = draw(st.lists(st.sampled_from(operands(name, operator)), min_size=1, max_size=3))
            takes_many = operator in (*operators.EQUALITY, *operators.TEXT, *operators.PRESENCE)
            conditions[operator] = values if takes_many else values[0]
        filters[name] = {"conditions": conditions}
    return filters


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters=any_filters())
def test_sql_and_memory_agree_on_combinations(filters: dict[str, Any], records: list[dict[str, Any]]) -> None:
    assert selected(filters) == expected(filters, records)


def test_filters_of_the_sdk_suite_find_one_row(records: list[dict[str, Any]]) -> None:
    query = (
        "filters[junction]=OR&filters[tags][conditions][$in][0]=does-not-exist"
        "&filters[text][conditions][%24is]=SUMMER-10"
    )
    filters = parse_query(query)["filters"]

    assert [Sample.objects.get(pk=pk).text for pk in selected(filters)] == ["SUMMER-10"]


@pytest.mark.parametrize(
    ("conditions", "texts"),
    [
        ({"$is": "$active"}, ["10%_off", "true", "żółć"]),
        ({"$is": "active"}, ["10%_off", "true", "żółć"]),
        ({"$active": "true"}, ["10%_off", "true", "żółć"]),
        ({"$active": "true", "$expired": "true"}, []),
    ],
)
def test_states(conditions: dict[str, Any], texts: list[str], records: list[dict[str, Any]]) -> None:
    pks = selected({"active": {"conditions": conditions}})

    assert [Sample.objects.get(pk=pk).text for pk in pks] == texts


def test_several_and_negated_states(records: list[dict[str, Any]]) -> None:
    with_a_date = {record["pk"] for record in records if record["at"] is not None}

    assert set(selected({"active": {"conditions": {"$in": ["$active", "$expired"]}}})) == with_a_date
    without = set(selected({"active": {"conditions": {"$not_in": ["$active", "$expired"]}}}))
    assert without == {record["pk"] for record in records} - with_a_date


def test_many_related_rows_double_nothing(records: list[dict[str, Any]]) -> None:
    assert len(selected({"tags": {"conditions": {"$is": "C"}}})) == 1
    assert (
        Sample.objects.filter(build({"tags": {"conditions": {"$in": ["A", "B"]}}}, FIELDS, now=NOW)).count()
        == 2
    )


# The filters every list shares


class EventFilterSet(WireFilterSet):
    FILTER_FIELDS = {"payload": Json("payload")}
    DATE_FIELDS = {"created_at": "created_at", "dispatched_at": "dispatched_at"}
    ORDER_FIELDS = {"created_at": "created_at", "name": "name"}


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
        FILTER_FIELDS = {"created_at": FIELDS["at"].__class__("created_at")}

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
