"""Followed segments: whoever is written or whom time moves is looked at again, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commerce.models import Customer, CustomEvent, Segment, SegmentMembership, SegmentRecheck
from commerce.services import custom_events, customers, erasures, segment_following, segments
from commerce.services.customer_specs import CustomerSpec
from commerce.services.segments import SegmentSpec
from core.actors import Actor
from core.models import OutboxEvent
from integrations.models import AsyncAction
from integrations.services import async_actions
from tests.factories.commerce import CustomerFactory, OrderFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ACTOR = Actor.system("test")
POLISH = {"junction": "and", "address.country": {"conditions": {"$is": "PL"}}}


def followed(filter: Any, *, now: datetime = NOW, name: str = "S") -> Segment:
    spec = SegmentSpec(name=name, type=Segment.Type.AUTO_UPDATE, filter=filter)
    return segments.create(spec=spec, actor=ACTOR, now=now)


def catch_up(now: datetime = NOW) -> int:
    done = 0
    while batch := segment_following.follow(now=now):
        done += batch
    return done


def inside(segment: Segment) -> list[str]:
    rows = SegmentMembership.objects.filter(segment=segment)
    return sorted(rows.values_list("customer__source_id", flat=True))


def told() -> list[tuple[str, str, str]]:
    rows = OutboxEvent.objects.filter(name__startswith="customer.segment.").order_by("pk")
    return [(row.name, row.payload["customer_id"], row.payload["segment_id"]) for row in rows]


def test_whoever_fits_already_enters_without_an_event() -> None:
    CustomerFactory(source_id="anna", country="PL")
    CustomerFactory(source_id="bert", country="DE")

    segment = followed(POLISH)

    assert inside(segment) == ["anna"]
    assert segment.built_at == NOW
    assert told() == []


def test_a_write_makes_somebody_enter_and_leave_with_an_event_each() -> None:
    bert = CustomerFactory(source_id="bert", country="DE")
    segment = followed(POLISH)
    catch_up()

    for country in ("PL", "DE"):
        spec = CustomerSpec(values={"country": country})
        customers.update(customer_id=bert.pk, spec=spec, actor=ACTOR, now=NOW)
        catch_up()

    assert inside(segment) == []
    assert told() == [
        ("customer.segment.entered", bert.public_id, segment.public_id),
        ("customer.segment.left", bert.public_id, segment.public_id),
    ]


def test_a_second_look_says_nothing_again() -> None:
    segment = followed(POLISH)
    CustomerFactory(source_id="anna", country="PL")
    catch_up()
    before = told()

    Customer.objects.update(description="x")
    catch_up()

    assert told() == before
    assert len(before) == 1
    assert inside(segment) == ["anna"]


def _order(customer: Customer) -> None:
    OrderFactory(customer=customer)
    Customer.objects.filter(pk=customer.pk).update(orders_count=3, last_order_at=NOW)


def _event(customer: Customer) -> None:
    custom_events.report(
        name="visited", customer={"source_id": customer.source_id}, metadata={}, actor=ACTOR, now=NOW
    )


def _redemption(customer: Customer) -> None:
    customers.count_redemptions(customer_id=customer.pk, succeeded=1)


def _bulk(customer: Customer) -> None:
    spec = CustomerSpec(source_id=customer.source_id, metadata={"tier": "gold"})
    customers.bulk_upsert(specs=[spec], actor=ACTOR, now=NOW)


@pytest.mark.parametrize(
    ("field", "conditions", "change"),
    [
        ("summary.orders.total_count", {"$more_than": 2}, _order),
        ("summary.orders.last_order_date", {"$today": True}, _order),
        ("events.visited.count", {"$is": 1}, _event),
        ("events.visited.last_occurrence", {"$less_than_ago": 1}, _event),
        ("summary.redemptions.total_succeeded", {"$more_than_equal": 1}, _redemption),
        ("metadata.tier", {"$is": "gold"}, _bulk),
    ],
)
def test_all_that_filters_ask_for_is_followed(
    field: str, conditions: Any, change: Callable[[Customer], None]
) -> None:
    anna = CustomerFactory(source_id="anna")
    CustomerFactory(source_id="bert")
    segment = followed({"junction": "and", field: {"conditions": conditions}})

    change(anna)
    catch_up()

    assert inside(segment) == ["anna"]
    assert told() == [("customer.segment.entered", anna.public_id, segment.public_id)]


def test_work_depends_on_what_was_written_not_on_how_many_there_are() -> None:
    followed(POLISH)
    CustomerFactory.create_batch(40)
    catch_up()
    Customer.objects.filter(pk__in=Customer.objects.order_by("pk")[:3]).update(country="PL")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert segment_following.follow(now=NOW) == 3

    statements = [one["sql"] for one in queries if "commerce_segmentmembership" in one["sql"]]
    assert len(statements) == 2
    assert all("IN (" in one for one in statements)
    assert not SegmentRecheck.objects.exists()


def test_a_deleted_customer_is_in_nothing() -> None:
    anna = CustomerFactory(source_id="anna", country="PL")
    segment = followed(POLISH)

    customers.delete(customer_id=anna.pk, actor=ACTOR, now=NOW)
    catch_up()

    assert inside(segment) == []


def test_an_erased_customer_is_in_nothing() -> None:
    anna = CustomerFactory(source_id="anna", country="PL")
    CustomEvent.objects.create(name="visited", customer=anna, channel="API", created_at=NOW)
    segment = followed({"junction": "and", "events.visited.count": {"conditions": {"$is": 1}}})

    erased = erasures.erase(customer_id=anna.pk, actor=ACTOR, now=NOW)
    catch_up()

    assert erased.segments == 1
    assert not SegmentMembership.objects.filter(segment=segment).exists()


def test_time_alone_makes_somebody_leave() -> None:
    anna = CustomerFactory(source_id="anna", last_order_at=NOW - timedelta(days=29), orders_count=1)
    OrderFactory(customer=anna, created_at=NOW - timedelta(days=29))
    CustomerFactory(source_id="bert", last_order_at=NOW, orders_count=1)
    segment = followed(
        {"junction": "and", "summary.orders.last_order_date": {"conditions": {"$less_than_ago": 30}}}
    )
    catch_up()

    assert segment_following.settle(now=NOW + timedelta(hours=12)) == 0
    assert inside(segment) == ["anna", "bert"]
    assert segment_following.settle(now=NOW + timedelta(days=1, hours=1)) == 1

    assert inside(segment) == ["bert"]
    assert told() == [("customer.segment.left", anna.public_id, segment.public_id)]


def test_birthdays_of_the_next_month_ignore_the_year() -> None:
    for name, born in (("april", date(1990, 4, 2)), ("may", date(1970, 5, 30)), ("none", None)):
        CustomerFactory(source_id=name, birthdate=born)
    segment = followed({"junction": "and", "birthdate": {"conditions": {"$next_month": [True]}}})
    assert inside(segment) == ["april"]

    assert segment_following.settle(now=datetime(2026, 4, 1, 0, 30, tzinfo=UTC)) == 2

    assert inside(segment) == ["may"]


def test_settling_is_found_by_an_index() -> None:
    Customer.objects.bulk_create(
        CustomerFactory.build(source_id=f"c{number}", birthdate=date(1990, 1, 1) + timedelta(days=number))
        for number in range(2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE commerce_customer")
    followed({"junction": "and", "birthdate": {"conditions": {"$today": True}}})

    with CaptureQueriesContext(connection) as queries:
        segment_following.settle(now=NOW + timedelta(days=1))
    asked = next(one["sql"] for one in queries if "EXTRACT" in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "customer_birthday" in plan, plan


def test_another_filter_is_built_by_a_job_with_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    people = CustomerFactory.create_batch(12, country="PL")
    monkeypatch.setattr(segment_following, "RANGE", 5)
    segment = followed(POLISH)
    job = AsyncAction.objects.get(pk=segment.job_id)
    assert (job.status, job.rows_count) == (
        AsyncAction.Status.ENQUEUED,
        len(range(0, people[-1].pk - people[0].pk + 1, 5)),
    )
    assert segment.built_at is None
    catch_up()
    assert told() == []

    while job.status in (AsyncAction.Status.ENQUEUED, AsyncAction.Status.IN_PROGRESS):
        found = async_actions.advance(public_id=job.public_id, now=NOW)
        assert found is not None
        job = found

    segment.refresh_from_db()
    assert (job.operation_status, job.progress) == (AsyncAction.OperationStatus.SUCCESS, 100)
    assert (len(inside(segment)), segment.built_at, told()) == (12, NOW, [])

    german = {"junction": "and", "address.country": {"conditions": {"$is": "DE"}}}
    monkeypatch.undo()
    segments.update(segment_id=segment.pk, filter=german, actor=ACTOR, now=NOW)
    assert (inside(segment), len(told())) == ([], 12)


def test_two_workers_do_not_work_at_once(transactional_db: None) -> None:
    CustomerFactory(country="PL")
    from threading import Thread

    from django.db import transaction

    from commerce.services import segment_members

    done: list[int] = []

    def other() -> None:
        done.append(segment_following.follow(now=NOW))
        connection.close()

    with transaction.atomic():
        assert segment_members.take_turn(wait=False)
        thread = Thread(target=other)
        thread.start()
        thread.join()
    assert done == [0]
    assert segment_following.follow(now=NOW) == 1
