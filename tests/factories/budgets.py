"""Budgets and their counters for tests: rows as services leave them."""

from __future__ import annotations

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from promotions.models import Budget, BudgetCampaign, Campaign, Counter
from promotions.selectors.tallies import BUDGET

CREATED_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class BudgetFactory(DjangoModelFactory[Budget]):
    """1,000.00 of discounts, once, for everybody together."""

    class Meta:
        model = Budget

    name = factory.Sequence(lambda n: f"Budget {n}")
    limit = 100_000
    created_at = CREATED_AT


class CounterFactory(DjangoModelFactory[Counter]):
    """`CounterFactory(budget=budget, value=500)`: what was used of a budget."""

    class Meta:
        model = Counter

    class Params:
        budget = factory.SubFactory(BudgetFactory)

    scope = Counter.Scope.BUDGET
    scope_id = factory.LazyAttribute(lambda counter: counter.budget.pk)
    name = BUDGET
    most = factory.LazyAttribute(lambda counter: counter.budget.limit)


def draw(budget: Budget, *campaigns: Campaign) -> None:
    """Let these campaigns draw on the budget."""
    BudgetCampaign.objects.bulk_create(BudgetCampaign(budget=budget, campaign=found) for found in campaigns)
