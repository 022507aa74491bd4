"""Codes made by a background job: exact after a crash, honest when it cannot go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError

from core import dispatch
from core.actors import Actor
from core.models import EventDelivery, OutboxEvent
from integrations import registry
from integrations.models import AsyncAction
from integrations.services import async_actions, job_reports
from promotions.models import Campaign, Voucher
from promotions.services import campaign_pool, campaigns, code_batches, code_copies
from promotions.services.vouchers import VoucherSpec
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db


SLICE = 500


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    job_type = registry.job_type(code_batches.GENERATE)
    monkeypatch.setitem(registry._types, code_batches.GENERATE, replace(job_type, slice_size=SLICE))


def test_a_slice_that_dies_leaves_nothing_and_is_done_again(
    actor: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = CampaignFactory()
    action_id = campaigns.add_codes(campaign=campaign, count=1250, spec=VoucherSpec(), actor=actor, now=now)
    async_actions.advance(public_id=action_id, now=now)
    real = code_copies.fill

    def dies_after_inserting(**arguments: Any) -> Any:
        real(**arguments)
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as patched:
        patched.setattr(code_copies, "fill", dies_after_inserting)
        with pytest.raises(OperationalError):
            async_actions.advance(public_id=action_id, now=now)

    campaign.refresh_from_db()
    assert Voucher.objects.count() == campaign.vouchers_count == 500
    while async_actions.advance(public_id=action_id, now=now) is not None:
        pass
    campaign.refresh_from_db()
    assert Voucher.objects.count() == campaign.vouchers_count == 1250
    assert Voucher.objects.values("code_key").distinct().count() == 1250


def test_the_dispatcher_carries_a_job_to_its_end(actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory()
    campaigns.add_codes(campaign=campaign, count=700, spec=VoucherSpec(), actor=actor, now=now)

    for _ in range(5):
        for delivery_id in dispatch.plan(now=now):
            assert dispatch.deliver(delivery_id=delivery_id, now=now)

    campaign.refresh_from_db()
    assert (campaign.generation_status, campaign.vouchers_count) == ("DONE", 700)
    assert not EventDelivery.objects.exclude(status="DONE").exists()
    completed = OutboxEvent.objects.get(name="campaign.vouchers.generation.completed")
    assert completed.payload["count"] == 700


def test_a_job_that_cannot_go_on_fails_and_says_so(actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory()
    action_id = campaigns.add_codes(campaign=campaign, count=300, spec=VoucherSpec(), actor=actor, now=now)
    Campaign.objects.update(vouchers_count=campaign_pool.MOST_CODES - 1)

    async_actions.advance(public_id=action_id, now=now)
    code_batches.conclude(action_id=action_id, now=now)

    action = AsyncAction.objects.get()
    assert (action.status, action.operation_status) == ("FAILED", "FAILED")
    assert not Voucher.objects.exists()
    campaign.refresh_from_db()
    assert campaign.generation_status == "FAILED"
    assert OutboxEvent.objects.filter(name="campaign.vouchers.generation.failed").count() == 1


def test_a_deleted_campaign_gets_no_more_codes(actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory()
    action_id = campaigns.add_codes(campaign=campaign, count=1200, spec=VoucherSpec(), actor=actor, now=now)
    async_actions.advance(public_id=action_id, now=now)
    campaigns.delete(campaign_id=campaign.pk, force=False, actor=actor, now=now)

    async_actions.advance(public_id=action_id, now=now)

    assert AsyncAction.objects.get(public_id=action_id).status == "FAILED"
    assert not Voucher.objects.filter(deleted_at=None).exists()
    assert Voucher.objects.count() == SLICE


def test_concluding_twice_is_concluding_once(actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory()
    action_id = campaigns.add_codes(campaign=campaign, count=205, spec=VoucherSpec(), actor=actor, now=now)
    async_actions.advance(public_id=action_id, now=now)

    for _ in range(3):
        code_batches.conclude(action_id=action_id, now=now)

    assert OutboxEvent.objects.filter(name="campaign.vouchers.generation.completed").count() == 1


def test_a_slice_costs_a_constant_number_of_queries(
    actor: Actor, now: datetime, django_assert_max_num_queries: Any
) -> None:
    campaign = CampaignFactory()
    action_id = campaigns.add_codes(campaign=campaign, count=3000, spec=VoucherSpec(), actor=actor, now=now)

    with django_assert_max_num_queries(32):
        async_actions.advance(public_id=action_id, now=now)


def test_a_few_codes_do_not_wait_for_a_long_job(actor: Actor, now: datetime) -> None:
    long, short = CampaignFactory(), CampaignFactory()
    campaigns.add_codes(campaign=long, count=5000, spec=VoucherSpec(), actor=actor, now=now)

    action_id = campaigns.add_codes(campaign=short, count=200, spec=VoucherSpec(), actor=actor, now=now)

    action = AsyncAction.objects.get(public_id=action_id)
    assert (action.status, action.operation_status, action.progress) == ("DONE", "SUCCESS", 100)
    assert job_reports.report(action) == {
        "message": "200 done, 0 failed",
        "failed": [],
        "done_count": 200,
        "failed_count": 0,
    }
    assert Voucher.objects.filter(campaign=short).count() == 200
