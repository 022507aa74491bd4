"""Three people and one campaign: drafted, sent back, changed, approved twice, scheduled, live, changed once
more, stopped in an emergency, and restored.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from approvals.models import ApprovalRequest
from approvals.policies import Condition, PolicyContent, Stage
from approvals.services import policies
from approvals.services.policies import PolicySpec
from commerce.selectors.order_shapes import OrderSpec
from core.actors import Actor
from core.models import AuditEntry
from promotions.models import Budget, Campaign, Lifecycle, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import lifecycle, redemptions
from promotions.services.validations import DecisionSpec
from tests.journeys.conftest import person, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SYSTEM = Actor.system("tests")


@pytest.fixture
def people(transactional_db: None) -> None:
    for name, groups in {
        "mia": ("Marketer",),
        "carla": ("Viewer", "Reviewer", "Category managers"),
        "fred": ("Viewer", "Finance"),
    }.items():
        person(name, *groups)
    policy(
        "Deep discounts",
        "Category managers",
        Condition(fact="discount_percent", operator="at_least", value=25),
    )
    policy("Big budgets", "Finance", Condition(fact="budget", operator="at_least", value=1_000_000))


def policy(name: str, group: str, condition: Condition) -> None:
    content = PolicyContent(stages=(Stage(name=group, group=group),), conditions=(condition,))
    policies.create(spec=PolicySpec(name=name, content=content), actor=SYSTEM, now=timezone.now())


def page_of(row: Campaign | Budget | ApprovalRequest) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def confirm(tab: Page, button: str, answer: str) -> None:
    tab.get_by_role("link", name=button).click()
    tab.locator("#dialog").get_by_role("button", name=answer, exact=True).click()
    tab.wait_for_load_state("networkidle")


def decide(tab: Page, verdict: str, comment: str = "") -> None:
    tab.fill("#approval-comment", comment)
    tab.get_by_role("button", name=verdict, exact=True).click()
    tab.wait_for_load_state("networkidle")


def redeemed(code: str, now: datetime) -> str:
    """What a shop is told that uses the code on an order of 100.00."""
    spec = DecisionSpec(redeemables=(Requested(object="voucher", id=code),), order=OrderSpec(amount=10_000))
    try:
        redemptions.redeem(spec=spec, actor=Actor.system("shop", channel="API"), now=now)
    except NotRedeemable as refused:
        return refused.key
    return "given"


def test_from_a_draft_to_the_restored_campaign(tab: Page, people: None) -> None:
    starts = (timezone.now() + timedelta(days=2)).astimezone(UTC)

    # The marketer drafts 30 % with five codes and a budget of 50,000.00, and submits it.
    sign_in(tab, "mia", at="/admin/promotions/campaign/add/")
    tab.fill("#id_name", "Spring sale")
    tab.fill("#id_percent_off", "30")
    tab.fill("#id_codes_wanted", "5")
    tab.fill("#id_starts_at_0", starts.strftime("%Y-%m-%d"))
    tab.fill("#id_starts_at_1", "00:00")
    tab.click("[name=_draft]")
    expect(tab.get_by_text("Spring sale is a draft")).to_be_visible()
    campaign = Campaign.objects.get()

    tab.goto("/admin/promotions/budget/add/")
    tab.fill("#id_name", "Spring")
    tab.fill("#id_limit_money", "50000")
    tab.locator(".field-drawing .select2-selection").click()
    tab.locator(".select2-search__field").first.press_sequentially("spring", delay=20)
    tab.locator(".select2-results__option", has_text="Spring sale").click()
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("was added successfully")).to_be_visible()
    budget = Budget.objects.get()

    tab.goto(page_of(campaign))
    expect(tab.get_by_text("Category managers, then Finance")).to_be_visible()
    confirm(tab, "Submit for review", "Submit")
    expect(tab.get_by_text("is in review").first).to_be_visible()
    request = ApprovalRequest.objects.get()
    assert [stage["name"] for stage in request.stages] == ["Category managers", "Finance"]
    campaign.refresh_from_db()
    assert (campaign.lifecycle, campaign.is_active) == (Lifecycle.IN_REVIEW, False)

    # The category agrees, finance wants less.
    sign_in(tab, "carla", at="/admin/approvals/approvalrequest/")
    tab.get_by_role("link", name="Spring sale").first.click()
    expect(tab.get_by_text("30 % off")).to_be_visible()
    expect(tab.get_by_text("50,000.00").first).to_be_visible()
    decide(tab, "Approve")
    sign_in(tab, "fred", at=page_of(request))
    decide(tab, "Request changes", "40,000.00 is what we have.")
    request.refresh_from_db()
    campaign.refresh_from_db()
    assert request.state == ApprovalRequest.State.CHANGES_REQUESTED
    assert campaign.lifecycle == Lifecycle.CHANGES_REQUESTED

    # The marketer lowers the budget and submits again; what is different is said.
    sign_in(tab, "mia", at=page_of(budget))
    tab.fill("#id_limit_money", "40000")
    tab.get_by_role("button", name="Save", exact=True).click()
    tab.goto(page_of(campaign))
    confirm(tab, "Submit for review", "Submit")
    expect(tab.get_by_text("is in review").first).to_be_visible()
    request.refresh_from_db()
    assert (request.state, request.revision, request.stage) == (ApprovalRequest.State.PENDING, 2, 0)
    sign_in(tab, "carla", at=page_of(request))
    expect(tab.locator("#since")).to_contain_text("40,000.00")
    decide(tab, "Approve")
    assert not Voucher.objects.exists()
    sign_in(tab, "fred", at=page_of(request))
    expect(tab.locator("#since")).to_contain_text("50,000.00")
    decide(tab, "Approve")

    # Approved: scheduled, and live when its time has come.
    request.refresh_from_db()
    campaign.refresh_from_db()
    assert request.state == ApprovalRequest.State.APPLIED
    assert campaign.lifecycle == Lifecycle.SCHEDULED
    codes = list(Voucher.objects.order_by("pk").values_list("code", flat=True))
    assert len(codes) == 5
    later = starts + timedelta(days=1)
    assert redeemed(codes[0], timezone.now()) != "given"
    lifecycle.settle_due(now=later)
    campaign.refresh_from_db()
    assert campaign.lifecycle == Lifecycle.LIVE
    assert redeemed(codes[0], later) == "given"

    # A change of the live campaign is a request, too.
    sign_in(tab, "mia", at=page_of(campaign))
    tab.fill("#id_percent_off", "35")
    tab.get_by_role("button", name="Save", exact=True).click()
    tab.wait_for_load_state("networkidle")
    second = ApprovalRequest.objects.exclude(pk=request.pk).get()
    assert tab.url.endswith(page_of(second))
    expect(tab.get_by_text("35 %").first).to_be_visible()
    campaign.refresh_from_db()
    assert campaign.discount["percent_off"] == 30

    # Something is wrong with it: finance stops it, two people bring it back.
    sign_in(tab, "fred", at="/admin/promotions/emergencystop/add/")
    tab.get_by_text("Only what I list").click()
    tab.locator(".stop-field-campaigns .select2-selection").click()
    tab.locator(".select2-search__field").first.press_sequentially("spring", delay=20)
    tab.locator(".select2-results__option", has_text="Spring sale").click()
    tab.fill("#id_reason", "Codes are sold in a forum")
    tab.get_by_role("button", name="See who is hit").click()
    tab.get_by_role("button", name="Stop now").click()
    expect(tab.get_by_text("Stopped. It holds in every process from now on.")).to_be_visible()
    assert redeemed(codes[1], later) == "emergency_stop"
    tab.get_by_role("link", name="Ask to restore").click()
    tab.locator("#dialog textarea[name=reason]").fill("The forum took them down")
    tab.locator("#dialog").get_by_role("button", name="Ask to restore").click()
    expect(tab.get_by_text("Asked. Somebody else has to confirm.")).to_be_visible()
    sign_in(tab, "carla", at="/admin/")
    tab.get_by_role("alert").get_by_role("link", name="See it").click()
    confirm(tab, "Confirm and restore", "Restore")
    expect(tab.get_by_text("Restored. Everything is given again.")).to_be_visible()
    assert redeemed(codes[1], later) == "given"

    # Who did what stands in the audit log, under the request.
    told = AuditEntry.objects.filter(approval_id=request.public_id, action="campaign.launched")
    assert [entry.actor_label for entry in told] == ["Mia"]
