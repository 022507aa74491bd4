"""Dates move campaigns; what may be redeemed never waits for that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from config.celery import app
from core.actors import Actor
from promotions import tasks
from promotions.models import Campaign, Lifecycle
from promotions.services import campaigns, lifecycle
from promotions.services.campaigns import CampaignSpec
from promotions.words import campaign_state
from tests.factories.promotions import CampaignFactory, VoucherFactory, percent
from tests.promotions.lifecycle.drafting import audited, now_stands, standing, told

pytestmark = pytest.mark.django_db

S = Lifecycle
DAY = timedelta(days=1)


def change(campaign: Campaign, actor: Actor, now: datetime, **values: Any) -> str:
    spec = CampaignSpec(values=values)
    return str(campaigns.update(campaign_id=campaign.pk, spec=spec, actor=actor, now=now).lifecycle)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, S.LIVE),
        ({"starts_at": DAY}, S.SCHEDULED),
        ({"starts_at": -DAY, "ends_at": DAY}, S.LIVE),
        ({"starts_at": -2 * DAY, "ends_at": -DAY}, S.ENDED),
    ],
)
def test_a_new_one_stands_where_its_dates_say(
    values: dict[str, timedelta], state: str, actor: Actor, now: datetime
) -> None:
    dates = {name: now + moved for name, moved in values.items()}
    spec = CampaignSpec(
        voucher_type="DISCOUNT_VOUCHER", values={"name": "Spring", "discount": percent(10), **dates}
    )

    campaign = campaigns.create(spec=spec, actor=actor, now=now)

    assert now_stands(campaign) == state
    assert told(campaign) == ["campaign.created"]


def test_it_starts_and_ends_at_the_instant(now: datetime) -> None:
    campaign = standing(S.SCHEDULED, starts_at=now + DAY, ends_at=now + 2 * DAY)
    second = timedelta(seconds=1)

    seen = []
    for at in (DAY - second, DAY, 2 * DAY - second, 2 * DAY, 3 * DAY):
        moved = lifecycle.settle_due(now=now + at)
        seen.append((now_stands(campaign), moved))

    assert seen == [("SCHEDULED", 0), ("LIVE", 1), ("LIVE", 0), ("ENDED", 1), ("ENDED", 0)]
    assert audited(campaign) == told(campaign) == ["campaign.started", "campaign.ended"]
    assert Campaign.objects.get(pk=campaign.pk).updated_at is None


def test_one_that_was_missed_altogether_ends_at_once(now: datetime) -> None:
    campaign = standing(S.SCHEDULED, starts_at=now - 2 * DAY, ends_at=now - DAY)

    lifecycle.settle_due(now=now)

    assert (now_stands(campaign), told(campaign)) == (S.ENDED, ["campaign.ended"])


def test_edited_dates_settle_it_in_the_same_transaction(actor: Actor, now: datetime) -> None:
    campaign = standing(S.LIVE)

    seen = [
        change(campaign, actor, now, ends_at=now - DAY),
        change(campaign, actor, now, ends_at=now + DAY),
        change(campaign, actor, now, starts_at=now + DAY / 2),
        change(campaign, actor, now, starts_at=None),
    ]

    assert seen == ["ENDED", "LIVE", "SCHEDULED", "LIVE"]
    moves = ["campaign.ended", "campaign.started", "campaign.scheduled", "campaign.started"]
    assert told(campaign) == [name for move in moves for name in ("campaign.updated", move)]


def test_dates_of_a_paused_one_count_when_it_is_resumed(actor: Actor, now: datetime) -> None:
    campaign = standing(S.PAUSED)

    assert change(campaign, actor, now, starts_at=now + DAY) == S.PAUSED
    campaigns.set_active(campaign_id=campaign.pk, is_active=True, actor=actor, now=now)

    assert now_stands(campaign) == S.SCHEDULED


def test_many_are_moved_in_batches(now: datetime) -> None:
    CampaignFactory.create_batch(7, lifecycle=S.SCHEDULED, starts_at=now)

    assert lifecycle.settle_due(now=now, batch_size=3) == 7
    assert lifecycle.settle_due(now=now, batch_size=3) == 0
    assert set(Campaign.objects.values_list("lifecycle", flat=True)) == {"LIVE"}


def test_drafts_paused_and_deleted_ones_are_left_alone(now: datetime) -> None:
    for state in (S.DRAFT, S.APPROVED, S.PAUSED, S.ARCHIVED):
        standing(state, starts_at=now - DAY, ends_at=now)

    assert lifecycle.settle_due(now=now) == 0


def test_it_is_looked_at_three_times_a_minute() -> None:
    entry = next(one for one in app.conf.beat_schedule.values() if one["task"] == tasks.settle_campaigns.name)
    assert entry["schedule"] == 20
    campaign = standing(S.LIVE, ends_at=timezone.now())

    assert tasks.settle_campaigns() == 1

    assert now_stands(campaign) == S.ENDED


@pytest.mark.parametrize(
    ("state", "values", "shown", "key"),
    [
        (S.SCHEDULED, {"starts_at": -DAY}, "Running", None),
        (S.ENDED, {"starts_at": -2 * DAY, "ends_at": DAY}, "Running", None),
        (S.LIVE, {"ends_at": -DAY}, "Ended", "voucher_expired"),
        (S.LIVE, {"starts_at": DAY}, "Scheduled", "voucher_not_active"),
        (S.DRAFT, {}, "Draft", "campaign_not_active"),
        (S.APPROVED, {}, "Approved", "campaign_not_active"),
        (S.PAUSED, {}, "Paused", "campaign_not_active"),
    ],
)
def test_a_late_beat_changes_neither_decisions_nor_what_is_shown(
    state: Lifecycle, values: dict[str, timedelta], shown: str, key: str | None, api: APIClient
) -> None:
    now = timezone.now()
    campaign = standing(state, **{name: now + moved for name, moved in values.items()})
    VoucherFactory(code="SPRING", campaign=campaign)
    asked = {"redeemables": [{"object": "voucher", "id": "SPRING"}], "order": {"amount": 10000}}

    answer = api.post("/v1/validations", asked, format="json").json()

    assert answer["valid"] is (key is None)
    if key is not None:
        assert answer["inapplicable_redeemables"][0]["result"]["error"]["key"] == key
    assert campaign_state(Campaign.objects.get(pk=campaign.pk), now) == shown
