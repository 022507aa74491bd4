"""A counter is asked for the first time by many at once, at the first second of a new day."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from core.idempotency import Keyed
from core.models import ProjectSettings
from promotions.models import Budget
from promotions.models import Counter as Counted
from tests.concurrency.asking import basket
from tests.concurrency.conftest import Answer
from tests.concurrency.test_idempotency_race import Stop
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
)

pytestmark = pytest.mark.django_db(transaction=True)

Call = Callable[..., Answer]
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
CALLERS = 32
MIDNIGHT = datetime(2026, 3, 10, 23, 0, tzinfo=UTC)
"""In Warsaw the eleventh of March begins."""


def counters(name: str) -> dict[str, list[int]]:
    """Values of the counters of that name by their period; more than one in a list would be twins."""
    found: dict[str, list[int]] = {}
    for row in Counted.objects.filter(name=name).order_by("pk"):
        found.setdefault(row.period, []).append(row.value)
    return found


def test_a_new_day_begins_with_32_at_once(call: Call, at_once: AtOnce) -> None:
    ProjectSettings.objects.update(time_zone="Europe/Warsaw")
    campaign = CampaignFactory(discount=amount(100))
    code = VoucherFactory(campaign=campaign).code
    leaf = {"1": {"name": "campaign.redemptions.count.daily", "conditions": {"$less_than_or_equal": [10]}}}
    RuleAssignmentFactory(campaign=campaign, rule=ValidationRuleFactory(rules=leaf))
    budget = BudgetFactory(limit=5_000, period=Budget.Period.DAY)
    draw(budget, campaign)

    def round_at(instant: datetime) -> Counter[tuple[int, str]]:
        with time_machine.travel(instant, tick=True):
            answers = at_once([lambda: call("POST", "/v1/redemptions", basket(code))] * CALLERS)
        return Counter((status, wire.get("key", "")) for status, wire in answers)

    before = round_at(MIDNIGHT - timedelta(hours=1))
    after = round_at(MIDNIGHT)

    expected = {(200, ""): 10, (400, "redemption_rules_violated"): CALLERS - 10}
    assert before == after == expected
    assert counters("campaign.redemptions.count.daily") == {"2026-03-10": [10], "2026-03-11": [10]}
    assert counters("used") == {"2026-03-10": [1_000], "2026-03-11": [1_000]}


def test_uses_of_before_and_of_meanwhile_are_in_the_new_counter(call: Call, at_once: AtOnce) -> None:
    """Five uses are on record and nobody counts them; a rule asks for their number while others go on."""
    campaign = CampaignFactory(promotion=True)
    tiers = [PromotionTierFactory(campaign=campaign, discount=amount(100)).public_id for _ in range(2)]
    assert [call("POST", "/v1/redemptions", basket(tiers[0]))[0] for _ in range(5)] == [200] * 5
    taken_back = call("POST", "/v1/redemptions", basket(tiers[0]))[1]["redemptions"][0]["id"]
    assert not Counted.objects.exists()
    leaf = {"1": {"name": "campaign.redemptions.count", "conditions": {"$less_than_or_equal": [20]}}}
    RuleAssignmentFactory(
        promotion_tier=None,
        campaign=campaign,
        rule=ValidationRuleFactory(rules=leaf),
    )

    calls: list[Callable[[], Answer]] = [
        lambda tier=tiers[number % 2]: call("POST", "/v1/redemptions", basket(tier))
        for number in range(CALLERS)
    ]
    calls.append(lambda: call("POST", f"/v1/redemptions/{taken_back}/rollback"))
    answers = at_once(calls)

    assert answers[-1][0] == 200
    got = sum(status == 200 for status, _ in answers[:-1])
    assert got in (14, 15)
    rest = [call("POST", "/v1/redemptions", basket(tiers[1]))[0] for _ in range(16 - got)]
    assert rest == [200] * (15 - got) + [400]
    assert counters("campaign.redemptions.count") == {"": [20]}


def test_a_use_that_is_not_committed_yet_is_in_the_new_counter(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It began when no rule asked for its number, so it does not move the counter that is made meanwhile."""
    tier = PromotionTierFactory()
    stop = Stop()
    keep = Keyed.keep

    def stopping(once: Keyed[Any], result: Any) -> None:
        keep(once, result)
        stop.reached()

    with ThreadPoolExecutor(max_workers=2) as pool:
        with monkeypatch.context() as patched:
            patched.setattr(Keyed, "keep", stopping)
            first = pool.submit(call, "POST", "/v1/redemptions", basket(tier.public_id), key="k")
            assert stop.is_reached.wait(30)
        leaf = {"1": {"name": "campaign.redemptions.count", "conditions": {"$less_than_or_equal": [1]}}}
        RuleAssignmentFactory(promotion_tier=tier, rule=ValidationRuleFactory(rules=leaf))
        second = pool.submit(call, "POST", "/v1/redemptions", basket(tier.public_id))
        try:
            _until_blocked_or_done(second)
        finally:
            stop.may_go_on.set()

    assert first.result()[0] == 200
    assert (second.result()[0], second.result()[1]["key"]) == (400, "redemption_rules_violated")
    assert counters("campaign.redemptions.count") == {"": [1]}


def _until_blocked_or_done(call: Future[Any]) -> None:
    """Until the call has its answer, or waits in the database for somebody."""
    deadline = time.monotonic() + 30
    while not call.done():
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        assert time.monotonic() < deadline, "it neither ends nor waits"
