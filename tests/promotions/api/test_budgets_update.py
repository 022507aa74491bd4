"""`PUT /v1/budgets/{budgetId}`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import Budget, Counter
from tests.factories.budgets import BudgetFactory, CounterFactory, draw
from tests.factories.promotions import CampaignFactory
from tests.promotions.api.catalogue import audited, refused


def url(budget: Budget) -> str:
    return f"/v1/budgets/{budget.public_id}"


def test_changes_what_was_sent_and_nothing_else(api: APIClient) -> None:
    budget = BudgetFactory(name="Old", thresholds=[10], channels=["web"])
    kept = CampaignFactory()
    draw(budget, kept)
    before = api.get(url(budget)).json()

    body = api.put(url(budget), {"name": "New", "limit": 7, "plan": {"ends_on": "2026-12-31"}}).json()

    plan = {**before["plan"], "ends_on": "2026-12-31"}
    assert body["updated_at"]
    assert body == {
        **before,
        "name": "New",
        "limit": 7,
        "plan": plan,
        "updated_at": body["updated_at"],
    }
    assert audited() == ["budget.updated"]
    assert api.get(url(budget)).json() == body


def test_campaigns_and_months_are_replaced_as_a_whole(api: APIClient) -> None:
    budget = BudgetFactory()
    old, new = CampaignFactory(), CampaignFactory()
    draw(budget, old)
    months = [{"month": "2026-03", "amount": 1}]
    api.put(url(budget), {"plan": {"months": [{"month": "2026-01", "amount": 9}]}})

    body = api.put(url(budget), {"campaign_ids": [new.public_id], "plan": {"months": months}}).json()

    assert (body["campaign_ids"], body["plan"]["months"]) == ([new.public_id], months)
    assert api.put(url(budget), {"campaign_ids": [], "plan": {"months": []}}).json()["campaign_ids"] == []


def test_dates_are_taken_away_by_null(api: APIClient) -> None:
    budget = BudgetFactory()
    api.put(url(budget), {"plan": {"starts_on": "2026-01-01"}})

    assert api.put(url(budget), {"plan": {"starts_on": None}}).json()["plan"]["starts_on"] is None


def test_a_limit_below_the_use_is_refused_with_the_lowest_possible(api: APIClient) -> None:
    budget = BudgetFactory(limit=1_000)
    counter = CounterFactory(budget=budget, value=600, held=50)

    refused(api.put(url(budget), {"limit": 649}), 400, "budget_limit_too_low", "650 at the lowest")
    assert Budget.objects.get().limit == 1_000

    assert api.put(url(budget), {"limit": 650}).json()["limit"] == 650
    assert Counter.objects.get(pk=counter.pk).most == 650


def test_how_it_counts_stays_once_something_was_drawn(api: APIClient) -> None:
    budget = BudgetFactory()
    CounterFactory(budget=budget, value=1)

    body = refused(
        api.put(url(budget), {"period": "DAY"}), 400, "resource_in_use", "Make a new budget instead"
    )

    assert (body["resource_type"], body["resource_id"]) == ("budget", budget.public_id)
    assert api.put(url(budget), {"period": "EVER", "active": False}).json()["active"] is False


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"name": " "}, "Property .name must not be empty"),
        ({"limit": None}, "Property .limit must not be null"),
        ({"currency": "EUR"}, "Property .currency is not known"),
        ({"stores": "gdansk"}, "Property .stores must be an array"),
    ],
)
def test_refuses_what_makes_no_sense(api: APIClient, body: dict[str, Any], details: str) -> None:
    budget = BudgetFactory()

    refused(api.put(url(budget), body), 400, "invalid_payload", details)

    assert audited() == []


def test_unknown_deleted_and_taken(api: APIClient, now: datetime) -> None:
    budget, other = BudgetFactory(), BudgetFactory(name="Taken")

    refused(api.put(url(budget), {"name": "Taken"}), 409, "duplicate_found", "Taken")
    refused(api.put(url(budget), {"campaign_ids": ["camp_x"]}), 404, "not_found", "camp_x")
    refused(api.put("/v1/budgets/budg_x", {}), 404, "not_found", "budg_x")
    Budget.objects.filter(pk=other.pk).update(deleted_at=now)
    refused(api.put(url(other), {}), 404, "not_found")


@pytest.mark.parametrize("role", ["SUPPORT", "VIEWER", "MERCHANT"])
def test_only_admins_change(api_as: Callable[[str], APIClient], role: str) -> None:
    budget = BudgetFactory(limit=1)

    refused(api_as(role).put(url(budget), {"limit": 2}), 403, "missing_required_permission")

    assert Budget.objects.get().limit == 1
