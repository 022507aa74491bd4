from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from core.actors import Actor
from core.models import OutboxEvent
from promotions.models import Budget, BudgetAlert
from promotions.services import budget_alerts
from promotions.services.budget_alerts import Crossing, crossed, reached
from tests.conftest import NOW
from tests.factories.budgets import BudgetFactory

USUAL = [50, 80, 95, 100]
SYSTEM = Actor.system("tests")


@pytest.mark.parametrize(
    ("limit", "before", "after", "expected"),
    [
        (10_000, 0, 4_999, []),
        (10_000, 0, 5_000, [50]),
        (10_000, 4_999, 5_000, [50]),
        (10_000, 5_000, 5_001, []),
        (10_000, 0, 10_000, USUAL),
        (10_000, 7_999, 9_500, [80, 95]),
        (10_000, 9_999, 10_000, [100]),
        (10_000, 6_000, 4_000, []),
        (3, 0, 1, []),
        (3, 1, 2, [50]),
        (1, 0, 1, USUAL),
        (0, 0, 0, []),
        (10**15, 0, 10**15 - 1, [50, 80, 95]),
    ],
)
def test_crossed(limit: int, before: int, after: int, expected: list[int]) -> None:
    assert crossed(limit=limit, thresholds=USUAL, before=before, after=after) == expected


@given(
    limit=st.integers(0, 10**15),
    thresholds=st.lists(st.integers(1, 100), max_size=6),
    steps=st.lists(st.integers(0, 10**13), max_size=8),
)
def test_growing_in_steps_crosses_each_threshold_once(
    limit: int, thresholds: list[int], steps: list[int]
) -> None:
    used, found = 0, []
    for step in steps:
        found += crossed(limit=limit, thresholds=thresholds, before=used, after=used + step)
        used += step

    assert found == reached(limit=limit, thresholds=thresholds, used=used)
    assert len(set(found)) == len(found)


def crossing(budget: Budget, thresholds: list[int], used: int, **where: str) -> Crossing:
    place = {"subject": "", "period": "", **where}
    return Crossing(budget_id=budget.pk, thresholds=thresholds, used=used, limit=budget.limit, **place)


def tell(*crossings: Crossing) -> None:
    with transaction.atomic():
        budget_alerts.raise_alerts(crossings, SYSTEM, NOW)


def told() -> list[tuple[str, dict[str, Any]]]:
    return [(event.name, event.payload) for event in OutboxEvent.objects.order_by("pk")]


def test_what_was_reached_is_noted_and_told_in_order(db: None) -> None:
    budget = BudgetFactory(limit=10_000)

    tell(crossing(budget, [80, 50], 8_200))

    facts = {"budget_id": budget.public_id, "used": 8_200, "limit": 10_000}
    assert told() == [
        ("budget.threshold_reached", {**facts, "threshold": 50}),
        ("budget.threshold_reached", {**facts, "threshold": 80}),
    ]
    rows = BudgetAlert.objects.order_by("threshold").values_list("threshold", "used", "limit", "reached_at")
    assert list(rows) == [(50, 8_200, 10_000, NOW), (80, 8_200, 10_000, NOW)]


def test_the_last_one_says_that_the_budget_is_exhausted(db: None) -> None:
    budget = BudgetFactory(limit=10_000)

    tell(crossing(budget, [95, 100], 10_000))

    assert [(name, payload.get("threshold")) for name, payload in told()] == [
        ("budget.threshold_reached", 95),
        ("budget.threshold_reached", 100),
        ("budget.exhausted", None),
    ]


def test_the_same_threshold_is_told_once_for_each_subject_and_period(db: None) -> None:
    budget = BudgetFactory(limit=10_000, per=Budget.Per.STORE)
    tell(crossing(budget, [50], 5_000, subject="store:berlin", period="2026-03-01"))

    tell(
        crossing(budget, [50, 80], 8_000, subject="store:berlin", period="2026-03-01"),
        crossing(budget, [50], 5_100, subject="store:warsaw", period="2026-03-01"),
        crossing(budget, [50], 5_200, subject="store:berlin", period="2026-04-01"),
    )

    assert [
        (payload["store"], payload["period"], payload["threshold"], payload["used"]) for _, payload in told()
    ] == [
        ("berlin", "2026-03-01", 50, 5_000),
        ("berlin", "2026-03-01", 80, 8_000),
        ("berlin", "2026-04-01", 50, 5_200),
        ("warsaw", "2026-03-01", 50, 5_100),
    ]
    assert BudgetAlert.objects.count() == 4
    assert BudgetAlert.objects.get(subject="store:berlin", period="2026-03-01", threshold=50).used == 5_000


def test_an_event_does_not_name_the_customer(db: None) -> None:
    budget = BudgetFactory(limit=100, per=Budget.Per.CUSTOMER, customer_key=Budget.CustomerKey.EMAIL)

    tell(crossing(budget, [50], 60, subject="email:ada@shop.example"))

    ((_, payload),) = told()
    assert payload == {"budget_id": budget.public_id, "used": 60, "limit": 100, "threshold": 50}


def test_nothing_is_asked_when_nothing_was_reached(db: None, django_assert_num_queries: Any) -> None:
    budget = BudgetFactory()

    with transaction.atomic(), django_assert_num_queries(0):
        budget_alerts.raise_alerts([crossing(budget, [], 10)], SYSTEM, NOW)
        budget_alerts.raise_alerts([], SYSTEM, NOW)


def test_what_is_rolled_back_was_never_told(db: None) -> None:
    budget = BudgetFactory(limit=10_000)

    with transaction.atomic():
        budget_alerts.raise_alerts([crossing(budget, [50], 5_000)], SYSTEM, NOW)
        transaction.set_rollback(True)
    tell(crossing(budget, [50], 5_500))

    assert [payload["used"] for _, payload in told()] == [5_500]
