"""`POST /v1/campaigns/{campaignId}/clone`, ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from core.actors import Role
from core.models import AuditEntry, ProjectSettings
from promotions.models import Budget, Campaign, ValidationRule
from tests.factories.budgets import BudgetFactory
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    VoucherFactory,
)
from tests.promotions.api.catalogue import refused

URL = "/v1/campaigns/Spring/clone"


def test_makes_a_draft_with_conditions_of_its_own(api: APIClient) -> None:
    spring = CampaignFactory(name="Spring", description="Old", vouchers_count=40)
    VoucherFactory(campaign=spring)
    rule = RuleAssignmentFactory(campaign=spring).rule

    answer = api.post(URL, {"name": "Autumn", "description": "New"})

    assert answer.status_code == 200, answer.json()
    clone = Campaign.objects.get(name="Autumn")
    wire = answer.json()
    assert wire == api.get("/v1/campaigns/Autumn").json()
    assert (wire["creation_status"], wire["active"], wire["description"]) == ("DRAFT", False, "New")
    assert (clone.planned_codes, clone.vouchers.count()) == (40, 0)
    made = clone.rule_assignment.rule
    assert made.pk != rule.pk
    assert made.rules == rule.rules
    assert ValidationRule.objects.count() == 2
    note = AuditEntry.objects.get(action="campaign.cloned")
    assert note.after == {"cloned_from": spring.public_id, "name": "Spring"}


def test_the_schedule_moves_along_by_the_clock_on_the_wall(
    api: APIClient, settings_row: ProjectSettings
) -> None:
    """From 9 to 21 o'clock in Warsaw, in winter; the clone runs over the change of the clocks."""
    ProjectSettings.objects.update(time_zone="Europe/Warsaw")
    CampaignFactory(
        name="Spring",
        starts_at=datetime(2026, 2, 2, 8, tzinfo=UTC),
        ends_at=datetime(2026, 2, 16, 20, tzinfo=UTC),
    )

    api.post(URL, {"name": "Later", "start_date": "2026-03-20T08:00:00Z"})

    clone = Campaign.objects.get(name="Later")
    assert clone.starts_at == datetime(2026, 3, 20, 8, tzinfo=UTC)
    assert clone.ends_at == datetime(2026, 4, 3, 19, tzinfo=UTC)


def test_dates_can_be_forgotten_or_said(api: APIClient) -> None:
    dates = {"starts_at": datetime(2026, 5, 1, tzinfo=UTC), "ends_at": datetime(2026, 6, 1, tzinfo=UTC)}
    promotion = CampaignFactory(name="Spring", promotion=True, **dates)
    PromotionTierFactory(campaign=promotion, **dates)

    api.post(URL, {"name": "Without", "start_date": None, "expiration_date": None})
    api.post(URL, {"name": "Shorter", "expiration_date": "2026-05-10T00:00:00Z"})

    without, shorter = Campaign.objects.get(name="Without"), Campaign.objects.get(name="Shorter")
    assert (without.starts_at, without.ends_at) == (None, None)
    assert (without.tiers.get().starts_at, without.tiers.get().ends_at) == (None, None)
    assert shorter.ends_at == datetime(2026, 5, 10, tzinfo=UTC)
    answer = api.post(URL, {"name": "Never", "expiration_date": "2026-04-10T00:00:00Z"})
    refused(answer, 400, "invalid_expiration_date")
    assert not Campaign.objects.filter(name="Never").exists()


@pytest.mark.parametrize("keeps", [True, False])
def test_it_draws_on_the_same_budgets_or_on_none(api: APIClient, keeps: bool) -> None:
    spring = CampaignFactory(name="Spring")
    binned = CampaignFactory(name="Binned")
    budget: Budget = BudgetFactory()
    budget.campaigns.set([spring, binned])
    Campaign.objects.filter(pk=binned.pk).update(
        deleted_at=datetime(2026, 1, 1, tzinfo=UTC), lifecycle="ARCHIVED"
    )

    api.post(URL, {"name": "Autumn", "keep_budgets": keeps})

    names = sorted(budget.campaigns.values_list("name", flat=True))
    assert names == (["Autumn", "Binned", "Spring"] if keeps else ["Binned", "Spring"])
    assert AuditEntry.objects.filter(action="budget.campaign_attached").count() == int(keeps)


def test_one_generic_code_needs_another_code(api: APIClient) -> None:
    api.post(
        "/v1/campaigns",
        {
            "name": "Spring",
            "type": "STANDALONE",
            "voucher": {
                "type": "DISCOUNT_VOUCHER",
                "code": "SPRING",
                "discount": {"type": "PERCENT", "percent_off": 5},
            },
        },
    )

    refused(api.post(URL, {"name": "Autumn"}), 400, "invalid_campaign_params", "code")
    refused(api.post(URL, {"name": "Autumn", "code": "SPRING"}), 409, "duplicate_found")
    assert api.post(URL, {"name": "Autumn", "code": "AUTUMN"}).status_code == 200
    assert Campaign.objects.get(name="Autumn").planned_code == "AUTUMN"


def test_refuses_names_that_are_taken_and_campaigns_that_are_gone(api: APIClient) -> None:
    CampaignFactory(name="Spring")

    refused(api.post(URL, {"name": "Spring"}), 409, "duplicate_found")
    refused(api.post(URL, {}), 400, "invalid_payload")
    api.delete("/v1/campaigns/Spring")
    refused(api.post(URL, {"name": "Autumn"}), 404, "not_found")
    assert Campaign.objects.count() == 1


def test_who_may_make_no_campaign_may_clone_none(api_as: Callable[[str], APIClient]) -> None:
    CampaignFactory(name="Spring")

    refused(api_as(Role.SUPPORT).post(URL, {"name": "Autumn"}), 403, "missing_required_permission")
    assert api_as(Role.USER).post(URL, {"name": "Autumn"}).status_code == 200
