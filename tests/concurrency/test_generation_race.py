"""Many jobs that make codes of one form at once (PROOFS R13)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import pytest
from django.db.models import Count

from core.actors import Actor
from core.models import OutboxEvent
from integrations import registry
from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.code_config import InvalidCodeConfig
from promotions.models import Campaign, Voucher
from promotions.services import campaigns, code_batches
from promotions.services.vouchers import VoucherSpec
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
IS_NIGHTLY: Final = os.environ.get("FANFARE_NIGHTLY") == "1"
JOBS: Final = 10
EACH: Final = 10_000 if IS_NIGHTLY else 300
DIGITS: Final = "0123456789"
# Just enough: half of the possible codes may be used.
NARROW: Final = {"pattern": "#" * (6 if IS_NIGHTLY else 4), "charset": DIGITS}


@pytest.fixture(autouse=True)
def many_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even small jobs take several, so that they come between each other."""
    job_type = replace(registry.job_type(code_batches.GENERATE), slice_size=EACH // 3, slices_in_turn=1)
    monkeypatch.setitem(registry._types, code_batches.GENERATE, job_type)


def ask(campaign: Campaign, count: int, actor: Actor, now: datetime, **config: str) -> str:
    """The id of the job, or the key of the refusal."""
    spec = VoucherSpec(code_config=config)
    try:
        return campaigns.add_codes(campaign=campaign, count=count, spec=spec, actor=actor, now=now)
    except InvalidCodeConfig as refusal:
        return refusal.key


def test_jobs_of_one_form_make_different_codes_exactly(at_once: AtOnce, actor: Actor, now: datetime) -> None:
    rows = [CampaignFactory() for _ in range(JOBS)]
    ids = at_once([lambda row=row: ask(row, EACH, actor, now, **NARROW) for row in rows])

    def work_off() -> None:
        while AsyncAction.objects.exclude(status="DONE").exists():
            for public_id in ids:
                async_actions.advance(public_id=public_id, now=now)

    at_once([work_off] * 4)

    assert list(AsyncAction.objects.values_list("done_count", flat=True)) == [EACH] * JOBS
    assert Voucher.objects.count() == Voucher.objects.values("code_key").distinct().count() == JOBS * EACH
    by_campaign = (
        Voucher.objects.values("campaign").annotate(count=Count("pk")).values_list("count", flat=True)
    )
    assert list(by_campaign) == [EACH] * JOBS


def test_promises_are_kept_or_not_made(at_once: AtOnce, actor: Actor, now: datetime) -> None:
    """A thousand codes are possible, so five hundred may be promised: two jobs' worth of ten."""
    rows = [CampaignFactory() for _ in range(JOBS)]
    config = {"pattern": "P-###", "charset": DIGITS}

    began = time.monotonic()
    answers = at_once([lambda row=row: ask(row, 240, actor, now, **config) for row in rows])

    # Ten callers share the machine; one alone is answered at once.
    assert time.monotonic() - began < 20
    assert answers.count("invalid_code_config") == JOBS - 2
    while AsyncAction.objects.exclude(status="DONE").exists():
        for public_id in answers:
            async_actions.advance(public_id=public_id, now=now)
    assert Voucher.objects.values("code_key").distinct().count() == 480


def test_cancelling_beside_a_slice_leaves_exact_counts(at_once: AtOnce, actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory()
    public_id = ask(campaign, 3000, actor, now)

    def work_off() -> None:
        while async_actions.advance(public_id=public_id, now=now) is not None:
            pass

    def cancel() -> None:
        async_actions.cancel(public_id=public_id, actor=actor, now=now)

    at_once([work_off, cancel])
    code_batches.conclude(action_id=public_id, now=now)

    job = AsyncAction.objects.get()
    campaign.refresh_from_db()
    assert (job.status, campaign.generation_status) == ("CANCELLED", "FAILED")
    assert job.done_count == job.position == campaign.vouchers_count == Voucher.objects.count() < 3000
    assert OutboxEvent.objects.filter(name="async_action.finished").count() == 1
