"""`GET /v1/budgets/{budgetId}`."""

from __future__ import annotations

from datetime import datetime

from rest_framework.test import APIClient

from tests.factories.budgets import BudgetFactory, draw
from tests.factories.promotions import CampaignFactory
from tests.promotions.api.catalogue import refused

URL = "/v1/budgets"


def test_reads_one_with_its_campaigns_by_name(api: APIClient, now: datetime) -> None:
    budget = BudgetFactory(name="Shared", period="MONTH", per="STORE", field="branch")
    late, early = CampaignFactory(name="Z"), CampaignFactory(name="A")
    draw(budget, late, early, CampaignFactory(deleted_at=now))

    body = api.get(f"{URL}/{budget.public_id}").json()

    assert (body["id"], body["object"], body["name"]) == (budget.public_id, "budget", "Shared")
    assert (body["per"], body["metadata_field"]) == ("STORE", "branch")
    assert body["campaign_ids"] == [early.public_id, late.public_id]


def test_unknown_and_deleted_ones_are_not_found(api: APIClient, now: datetime) -> None:
    deleted = BudgetFactory(deleted_at=now)

    for budget_id in ("budg_unknown", deleted.public_id, str(deleted.pk)):
        refused(api.get(f"{URL}/{budget_id}"), 404, "not_found", budget_id)


def test_other_methods_are_not_served(api: APIClient) -> None:
    assert api.post(f"{URL}/{BudgetFactory().public_id}", {}).status_code == 405
