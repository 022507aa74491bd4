"""`DELETE /v1/budgets/{budgetId}`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from promotions.models import Budget, Counter
from tests.factories.budgets import BudgetFactory, CounterFactory
from tests.promotions.api.catalogue import audited, refused, told


def test_deletes_once_and_keeps_the_figures(api: APIClient) -> None:
    budget = BudgetFactory()
    CounterFactory(budget=budget, value=5)
    url = f"/v1/budgets/{budget.public_id}"

    answer = api.delete(url)

    assert (answer.status_code, answer.content) == (204, b"")
    assert Budget.objects.get().deleted_at is not None
    assert Counter.objects.get().value == 5
    assert audited() == told() == ["budget.deleted"]
    refused(api.delete(url), 404, "not_found")
    refused(api.get(f"{url}/counters"), 404, "not_found")


@pytest.mark.parametrize("role", ["SUPPORT", "VIEWER", "MERCHANT"])
def test_only_admins_delete(api_as: Callable[[str], APIClient], role: str) -> None:
    budget = BudgetFactory()

    refused(api_as(role).delete(f"/v1/budgets/{budget.public_id}"), 403, "missing_required_permission")

    assert Budget.objects.get().deleted_at is None
