"""Filters on PostgreSQL: every operator selects exactly the rows that it fits in memory."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.api import filter_operators as operators
from core.api.filter_days import ANNIVERSARY
from core.api.filter_operators import PARTS
from core.api.filters import WireFilters, build
from core.api.query import parse_query
from tests.core.api.filter_sample import FIELDS, FIELDS_OF_LISTS, NOW, Sample, create_rows


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
    **{
        name: [True] if plain in operators.CALENDAR else [0, 1, 7, 366] for name, plain in ANNIVERSARY.items()
    },
    "$is_day_of_month": [1, 9, 10, [28, 17]],
    "$is_day": [0, "Monday", ["2", "3"]],
    "$is_month": [2, "march", [1, 12]],
    "$is_year": [1990, 2026, [2020, 2026]],
    "$is_years_ago": [0, 6, 36],
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
            for operator in ("$is", "$is_not", "$after", "$before", *PARTS, *ANNIVERSARY):
                is_absolute = operator in operators.ABSOLUTE or operator in operators.EQUALITY
                for operand in INSTANTS[:5] if is_absolute else OPERANDS[operator]:
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
