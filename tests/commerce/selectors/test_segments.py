"""A filter means the same for a set of rows and for one customer."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commerce.models import Customer, CustomEvent, Location, Segment
from commerce.selectors import segments as selectors
from core.api import filter_operators as operators
from core.api.filter_days import ANNIVERSARY
from tests.factories.commerce import CustomerFactory, SegmentFactory, SegmentMembershipFactory

pytestmark = pytest.mark.django_db

NIGHTLY = bool(os.environ.get("FANFARE_NIGHTLY"))
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
COUNTRY = {"junction": "and", "address.country": {"conditions": {"$is": "PL"}}}


def passive(filter: Any, **more: Any) -> Segment:
    return SegmentFactory(type=Segment.Type.PASSIVE, filter=filter, **more)


def held(customer: Customer | None, payload: Any, *wanted: Segment) -> set[str]:
    names = {segment.public_id: segment.name for segment in Segment.objects.all()}
    ids = [segment.public_id for segment in wanted]
    return {names[one] for one in selectors.held_by(customer, payload, ids, now=NOW)}


@pytest.fixture
def people() -> list[Customer]:
    rows: list[dict[str, Any]] = [
        {},
        {"country": "PL", "city": "Kraków", "phone": "+48600100200", "description": "VIP"},
        {"email": "", "name": "", "source_id": None},
        {"birthdate": date(1990, 3, 10)},
        {"birthdate": date(2000, 2, 29)},
        {"birthdate": date(2008, 4, 1), "updated_at": NOW - DAY},
        {
            "orders_count": 3,
            "orders_total_amount": 1000,
            "last_order_amount": 7,
            "last_order_at": NOW - 30 * DAY,
        },
        {"orders_count": 2, "orders_total_amount": 5, "last_order_at": NOW - DAY / 2},
        {"redemptions_succeeded": 2, "redemptions_failed": 1, "rollbacks_succeeded": 1},
        {"metadata": {"tier": "gold", "at": "geo:52.2,21.0", "n": 1.5, "since": "2026-03-10"}},
        {"metadata": {"tier": ["gold", "old"], "at": ["geo:0,0", "geo:52.2,21.0"], "n": 2}},
        {"metadata": {"tier": None, "at": "nowhere", "since": "2026-03-09T23:30:00Z"}, "created_at": NOW},
    ]
    made = [CustomerFactory(**row) for row in rows]
    for number, customer in enumerate(made[:4]):
        for times in range(number):
            CustomEvent.objects.create(
                name="app.open", customer=customer, channel="API", created_at=NOW - times * 10 * DAY
            )
    CustomEvent.objects.create(name="count", customer=made[0], channel="API", created_at=NOW)
    Location.objects.create(
        public_id="loc_warsaw",
        name="Warsaw",
        shape={"type": "circle", "distance": {"center": "52.23,21.01", "radius": "10 km"}},
        created_at=NOW,
    )
    return made


NAMES = [
    *(name for name in selectors.FIELDS if "*" not in name and name != "metadata"),
    *(f"metadata.{key}" for key in ("tier", "at", "n", "since", "none")),
    *(
        f"events.{name}.{part}"
        for name in ("app.open", "count", "none")
        for part in ("count", "last_occurrence")
    ),
]
OPERANDS: dict[str, list[Any]] = {
    **dict.fromkeys((*operators.EQUALITY, *operators.TEXT), ["PL", "gold", "VIP", "2026-03-10", "3", "2"]),
    **dict.fromkeys(operators.PRESENCE, [True]),
    **dict.fromkeys(operators.NUMBER, [0, 1, 1.5, 2, 3, 333]),
    **dict.fromkeys(operators.SIZE, [0, 1, 2]),
    **dict.fromkeys(operators.ABSOLUTE, ["2026-03-09", "2026-03-10T12:00:00Z"]),
    **dict.fromkeys(operators.RELATIVE, [0, 1, 30]),
    **dict.fromkeys(operators.CALENDAR, [True]),
    **{name: [True] if plain in operators.CALENDAR else [0, 7, 30] for name, plain in ANNIVERSARY.items()},
    "$is_day_of_month": [1, 10, 28],
    "$is_day": [1, "tuesday"],
    "$is_month": [2, 3],
    "$is_year": [1990, 2026],
    "$is_years_ago": [0, 36],
    "$in_location": ["loc_warsaw", "loc_gone"],
    "$not_in_location": ["loc_warsaw"],
}
NUMBERS = ("summary.", "events.")


def _operand(name: str, operator: str) -> list[Any]:
    is_date = any(word in name for word in ("date", "_at", "occurrence"))
    if operator in operators.EQUALITY and (is_date or "birth" in name) and not name.startswith("metadata"):
        return ["2026-03-10", "1990-03-10"]
    if operator in operators.EQUALITY and name.startswith(NUMBERS):
        return [0, 1, 3, 333]
    if operator in ("$more_than", "$less_than") and is_date:
        return [0, 1, 30]
    return OPERANDS[operator]


def _field(name: str) -> Any:
    if name.startswith("events."):
        return selectors.FIELDS[f"events.*.{name.rpartition('.')[2]}"]
    return selectors.FIELDS["metadata" if name.startswith("metadata.") else name]


@pytest.fixture
def records(people: list[Customer]) -> dict[int, Any]:
    """What is known of each customer, as one who is asked for alone."""
    names = {"app.open", "count"}
    rows = Customer.objects.order_by("pk")
    return {
        row.pk: selectors._record(row, {}, events=selectors._happened(row, names), now=NOW) for row in rows
    }


def agree(filter: Any, records: dict[int, Any]) -> int:
    """Compare the set with each one; returns how many are in it."""
    in_sql = set(selectors.matching(filter, now=NOW, zone=UTC).values_list("pk", flat=True))
    read = selectors.parsed_filter(filter, now=NOW, zone=UTC)
    assert in_sql == {pk for pk, record in records.items() if read.matches(record)}, filter
    return len(in_sql)


def test_every_field_and_operator_agrees(records: dict[int, Any]) -> None:
    """One value each; each night all of them."""
    found = asked = 0

    for name in NAMES:
        for operator in _field(name).operators:
            values = _operand(name, operator)
            for operand in values if NIGHTLY else values[asked % len(values) :][:1]:
                found += bool(agree({"junction": "and", name: {"conditions": {operator: operand}}}, records))
                asked += 1

    assert asked > 800
    assert found > 250


@st.composite
def filters(draw: st.DrawFn) -> dict[str, Any]:
    made: dict[str, Any] = {"junction": draw(st.sampled_from(["and", "or", "OR"]))}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True)):
        wanted = draw(st.lists(st.sampled_from(_field(name).operators), min_size=1, max_size=2, unique=True))
        made[name] = {"conditions": {one: draw(st.sampled_from(_operand(name, one))) for one in wanted}}
    return made


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filter=filters())
def test_combinations_agree(filter: Any, records: dict[int, Any]) -> None:
    agree(filter, records)


def test_what_the_request_says_beats_what_is_stored() -> None:
    anna = CustomerFactory(country="DE", metadata={"tier": "gold"})
    polish = passive(COUNTRY, name="polish")
    gold = passive({"metadata.tier": {"conditions": {"$is": "gold"}}}, name="gold")

    assert held(anna, None, polish, gold) == {"gold"}
    assert held(anna, {"address": {"country": "PL"}}, polish, gold) == {"polish", "gold"}
    assert held(anna, {"metadata": {"tier": "silver"}}, polish, gold) == set()
    anna.refresh_from_db()
    assert (anna.country, anna.metadata) == ("DE", {"tier": "gold"})


def test_somebody_who_is_not_stored_is_asked_for_with_what_the_request_says() -> None:
    followed = SegmentFactory(name="followed", type=Segment.Type.AUTO_UPDATE, filter=COUNTRY)
    fresh = passive({"created_at": {"conditions": {"$today": True}}}, name="new")
    first = passive({"summary.orders.total_count": {"conditions": {"$is": 0}}}, name="first")
    fixed = SegmentFactory(name="fixed")

    payload = {"source_id": "nobody", "address": {"country": "PL"}}

    assert held(None, payload, followed, fresh, first, fixed) == {"followed", "new", "first"}
    assert held(None, None, followed, fresh, first, fixed) == set()


def test_cost_does_not_grow_with_the_segments(count_queries: Any) -> None:
    member = SegmentMembershipFactory()
    several = [passive(COUNTRY) for _ in range(5)]
    wanted = [member.segment.public_id, *(one.public_id for one in several)]

    def ask() -> None:
        found = selectors.held_by(member.customer, None, wanted, now=NOW)
        assert found == {member.segment.public_id}

    ask()
    assert count_queries(ask) == 2
    loud = passive({"events.x.count": {"conditions": {"$is": 0}}})
    wanted.append(loud.public_id)
    assert count_queries(lambda: selectors.held_by(member.customer, None, wanted, now=NOW)) == 3


def test_a_filter_that_can_no_longer_be_read_takes_nobody() -> None:
    segment = passive({"shoe_size": {"conditions": {"$is": 42}}})

    assert selectors.held_by(CustomerFactory(), None, [segment.public_id], now=NOW) == set()


def test_days_are_those_of_the_project(people: list[Customer]) -> None:
    from core.models import ProjectSettings

    filter = {"created_at": {"conditions": {"$is": "2026-03-11"}}}
    late = CustomerFactory(created_at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC))

    assert late not in selectors.matching(filter, now=NOW)
    ProjectSettings.objects.update(time_zone="Europe/Warsaw")
    assert late in selectors.matching(filter, now=NOW)


def test_members_of_a_passive_segment_are_asked_for_when_somebody_asks(people: list[Customer]) -> None:
    segment = passive({"events.app.open.count": {"conditions": {"$more_than": 1}}})

    assert set(selectors.members(segment, now=NOW)) == {people[2], people[3]}
