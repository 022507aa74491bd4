"""The filter grammar: what each operator means and what is refused, asked of records in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.api.filters import WireFilters, build, matches
from core.errors import InvalidPayload, InvalidQueryParams
from tests.core.api.filter_sample import DAY, FIELDS, FIELDS_OF_LISTS, NOW

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
        ("counts.number", "$more_than", ["3.5"], False),
        ("counts.number", "$more_than_equal", ["2.5"], True),
        ("counts.number", "$more_than_equal", ["3.5"], False),
        ("counts.number", "$less_than", ["2.5"], False),
        ("counts.number", "$less_than", ["3.5"], True),
        ("counts.number", "$less_than_equal", ["2.5"], False),
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
        ("at", "$before", ["2026-03-08T12:30:00 01:00"], False),
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


def test_now_itself_is_the_edge_of_past_and_future() -> None:
    record = {"at": NOW, "day": NOW.date()}

    for field in ("at", "day"):
        assert fits(field, "$less_than_ago", 1, record=record)
        assert fits(field, "$less_than_future", 1, record=record)
        assert fits(field, "$is_days_ago", 0, record=record)
        assert fits(field, "$is_days_in_future", 0, record=record)
        assert not fits(field, "$more_than_ago", 0, record=record)
        assert not fits(field, "$more_than_future", 0, record=record)


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
