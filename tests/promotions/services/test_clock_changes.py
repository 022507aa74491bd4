"""The project moves to another time zone: limits of a day count the days of the new clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from commerce.selectors.order_shapes import OrderSpec
from core import dispatch
from core.actors import Actor
from core.models import AuditEntry, ProjectSettings
from core.services import project
from integrations.models import AsyncAction
from promotions.models import Counter
from promotions.redeemables import NotRedeemable, Requested
from promotions.selectors import reconcile
from promotions.services import clock_changes, redemptions
from promotions.services.validations import DecisionSpec
from tests.factories.promotions import (
    CampaignFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
)

pytestmark = pytest.mark.django_db

DAILY = "redemption.count.per_customer.daily"
# 23:30 of the 2nd and 00:30 of the 3rd in Warsaw; in UTC both on the 2nd.
LATE, PAST_MIDNIGHT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC), datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
CHANGED_AT = datetime(2026, 3, 2, 23, 40, tzinfo=UTC)


@pytest.fixture
def redeem(db: None, actor: Actor) -> Callable[[datetime], str]:
    """Anna uses a code of which she may use two a day, by the clock of Warsaw."""
    ProjectSettings.objects.update(time_zone="Europe/Warsaw")
    campaign = CampaignFactory(name="Spring")
    rules = {"1": {"name": DAILY, "conditions": {"$less_than_or_equal": [2]}}, "logic": "1"}
    RuleAssignmentFactory(campaign=campaign, rule=ValidationRuleFactory(rules=rules))
    VoucherFactory(code="OPEN", campaign=campaign, redemption_quantity=None)

    def attempt(at: datetime) -> str:
        spec = DecisionSpec(
            redeemables=(Requested(object="voucher", id="OPEN"),),
            order=OrderSpec(amount=1_000),
            customer={"source_id": "anna"},
        )
        try:
            redemptions.redeem(spec=spec, actor=actor, now=at)
        except NotRedeemable as refusal:
            return refusal.key
        return "given"

    return attempt


@pytest.fixture
def work_off(db: None) -> Callable[[], None]:
    """What dispatcher and worker do, until nothing is left."""

    def run() -> None:
        while ids := dispatch.plan(now=CHANGED_AT):
            for delivery_id in ids:
                dispatch.deliver(delivery_id=delivery_id, now=CHANGED_AT)

    return run


def counted() -> dict[str, int]:
    rows = Counter.objects.filter(name=DAILY, subject__startswith="customer:")
    return dict(rows.values_list("period", "value"))


def test_what_was_counted_today_is_counted_by_the_new_clock(
    redeem: Callable[[datetime], str], actor: Actor, work_off: Callable[[], None]
) -> None:
    assert [redeem(LATE), redeem(PAST_MIDNIGHT)] == ["given", "given"]
    assert counted() == {"2026-03-02": 1, "2026-03-03": 1}

    project.update(changes={"time_zone": "UTC"}, actor=actor, now=CHANGED_AT)
    work_off()

    assert counted() == {"2026-03-02": 2, "2026-03-03": 0}
    job = AsyncAction.objects.get(type=clock_changes.RECOUNT)
    assert (job.status, job.done_count) == ("DONE", 1)
    assert AuditEntry.objects.filter(action="counter.recounted").count() == 2
    assert list(reconcile.differences(now=CHANGED_AT, only={"counters"})) == []
    assert redeem(CHANGED_AT) != "given"


def test_another_change_of_the_settings_counts_nothing_anew(
    redeem: Callable[[datetime], str], actor: Actor, work_off: Callable[[], None]
) -> None:
    redeem(LATE)
    work_off()

    project.update(changes={"name": "Harbour"}, actor=actor, now=CHANGED_AT)
    work_off()

    assert not AsyncAction.objects.filter(type=clock_changes.RECOUNT).exists()


def test_without_limits_of_days_there_is_no_job(actor: Actor, work_off: Callable[[], None]) -> None:
    project.update(changes={"time_zone": "Asia/Tokyo"}, actor=actor, now=CHANGED_AT)
    work_off()

    assert not AsyncAction.objects.exists()
