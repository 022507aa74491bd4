"""Changes for later over the API, and drafts that a program makes and launches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest
from approvals.services import carrying_out
from core.instants import format_instant
from core.models import AuditEntry
from promotions.models import Campaign, Version, Voucher
from tests.approvals.api.asking import THIRTY, campaign
from tests.approvals.world import DEEP, policy
from tests.factories.budgets import BudgetFactory
from tests.factories.promotions import (
    PromotionTierFactory,
    ValidationRuleFactory,
    VoucherFactory,
    percent,
    promotion_stack,
)

pytestmark = pytest.mark.django_db

Client = Callable[[str], APIClient]
DAY = timedelta(days=1)


def later(days: int = 1) -> dict[str, str]:
    return {"X-Fanfare-Effective-At": format_instant(timezone.now() + days * DAY)}


def test_the_change_is_made_at_its_time(api: APIClient) -> None:
    about, when = campaign(), later()

    answer = api.put(f"/v1/campaigns/{about.public_id}", THIRTY, headers=when)

    request = ApprovalRequest.objects.get()
    body = answer.json()
    assert answer.status_code == 202
    assert body.pop("request_id")
    assert body == {
        "id": request.public_id,
        "object": "approval_request",
        "state": "APPROVED",
        "effective_at": when["X-Fanfare-Effective-At"],
    }
    about.refresh_from_db()
    assert about.discount == percent(10)
    assert carrying_out.carry_out_due(now=timezone.now()) == 0
    assert carrying_out.carry_out_due(now=timezone.now() + 2 * DAY) == 1
    about.refresh_from_db()
    assert about.discount == percent(30)


def test_it_waits_for_those_who_have_to_be_asked(api_as: Client) -> None:
    policy("Finance", conditions=[DEEP])
    about = campaign()

    answer = api_as("USER").put(f"/v1/campaigns/{about.public_id}", THIRTY, headers=later())

    assert (answer.status_code, answer.json()["state"]) == (202, "PENDING")
    assert carrying_out.carry_out_due(now=timezone.now() + 2 * DAY) == 0


def test_everything_with_a_time_can_wait(api: APIClient) -> None:
    """Whatever says that it can be planned is planned: nothing of it is done at once."""
    running, tier = campaign(), PromotionTierFactory()
    code, rule, budget = VoucherFactory(campaign=running), ValidationRuleFactory(), BudgetFactory()
    stack = promotion_stack(tier, PromotionTierFactory(campaign=tier.campaign))
    calls: list[tuple[str, str, Any]] = [
        ("put", f"campaigns/{running.public_id}", THIRTY),
        ("post", f"campaigns/{running.public_id}/disable", {}),
        ("delete", f"campaigns/{running.public_id}", None),
        ("put", f"promotions/tiers/{tier.public_id}", {"action": {"discount": percent(40)}}),
        ("post", f"promotions/tiers/{tier.public_id}/disable", {}),
        ("delete", f"promotions/tiers/{tier.public_id}", None),
        ("put", f"promotions/{tier.campaign.public_id}/stacks/{stack.public_id}", {"name": "Other"}),
        ("delete", f"promotions/{tier.campaign.public_id}/stacks/{stack.public_id}", None),
        ("put", f"vouchers/{code.code}", {"expiration_date": "2031-01-01T00:00:00Z"}),
        ("post", f"vouchers/{code.code}/disable", {}),
        ("delete", f"vouchers/{code.code}", None),
        ("put", f"validation-rules/{rule.public_id}", {"name": "Other"}),
        ("delete", f"validation-rules/{rule.public_id}", None),
        ("put", f"budgets/{budget.public_id}", {"limit": 7}),
        ("delete", f"budgets/{budget.public_id}", None),
    ]
    before = (AuditEntry.objects.exclude(action__startswith="approval").count(), Version.objects.count())

    answers = [getattr(api, method)(f"/v1/{path}", body, headers=later()) for method, path, body in calls]

    assert [answer.status_code for answer in answers] == [202] * len(calls), [one.json() for one in answers]
    after = (AuditEntry.objects.exclude(action__startswith="approval").count(), Version.objects.count())
    assert after == before
    assert ApprovalRequest.objects.count() == len(calls)


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("tomorrow", "must be an instant"),
        ("2027-02-30T09:00:00Z", "must be an instant"),
        ("2027-01-31T09:00:00", "must be an instant"),
        ("2020-01-31T09:00:00Z", "must be in the future"),
    ],
)
def test_a_time_that_is_none_changes_nothing(api: APIClient, text: str, details: str) -> None:
    about = campaign()

    answer = api.put(f"/v1/campaigns/{about.public_id}", THIRTY, headers={"X-Fanfare-Effective-At": text})

    assert answer.status_code == 400
    assert details in answer.json()["details"]
    about.refresh_from_db()
    assert about.discount == percent(10)
    assert not ApprovalRequest.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"), [("post", "/v1/vouchers"), ("get", "/v1/campaigns"), ("post", "/v1/redemptions")]
)
def test_what_cannot_wait_is_refused_and_not_done_at_once(api: APIClient, method: str, path: str) -> None:
    answer = getattr(api, method)(path, headers=later())

    assert answer.status_code == 400
    assert "cannot be planned" in answer.json()["details"]
    assert not Voucher.objects.exists()


def test_a_program_makes_a_draft_and_launches_it(api: APIClient) -> None:
    body = {
        "name": "From the CRM",
        "campaign_type": "DISCOUNT_COUPONS",
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": percent(10)},
        "vouchers_count": 3,
        "draft": True,
    }

    made = api.post("/v1/campaigns", body).json()
    assert (made["creation_status"], made["vouchers_count"], Voucher.objects.count()) == ("DRAFT", 0, 0)

    launched = api.post(f"/v1/campaigns/{made['id']}/launch")
    assert (launched.status_code, launched.json()["creation_status"]) == (200, "DONE")
    assert Voucher.objects.count() == 3
    again = api.post(f"/v1/campaigns/{made['id']}/launch")
    assert again.status_code == 409
    assert Campaign.objects.get().lifecycle == "LIVE"
