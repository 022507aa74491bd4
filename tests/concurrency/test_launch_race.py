"""Drafts that several people launch, edit and delete at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest

from core.actors import Actor
from core.errors import DomainError
from core.models import AuditEntry, OutboxEvent
from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.models import Campaign, Lifecycle, Voucher
from promotions.services import campaigns, lifecycle
from tests.promotions.lifecycle.drafting import draft, standing

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


def key_of(call: Callable[[], Any]) -> Callable[[], str]:
    def run() -> str:
        try:
            call()
        except DomainError as refusal:
            return refusal.key
        return "done"

    return run


@pytest.mark.parametrize("more", [{"count": 7}, {"code": "WELCOME"}])
def test_eight_launches_make_the_codes_once(
    more: dict[str, Any], at_once: AtOnce, actor: Actor, now: datetime
) -> None:
    campaign = draft(actor, now, **more)
    launch = key_of(lambda: campaigns.launch(campaign_id=campaign.pk, actor=actor, now=now))

    answers = at_once([launch] * 8)

    assert sorted(answers) == ["campaign_not_draft"] * 7 + ["done"]
    wanted = more.get("count", 1)
    row = Campaign.objects.get()
    assert (row.lifecycle, row.vouchers_count, Voucher.objects.count()) == ("LIVE", wanted, wanted)
    assert AuditEntry.objects.filter(action="campaign.launched").count() == 1
    assert OutboxEvent.objects.filter(name="campaign.launched").count() == 1


def test_a_launch_and_a_deletion_leave_one_of_two_states(
    at_once: AtOnce, actor: Actor, now: datetime
) -> None:
    drafts = [draft(actor, now, name=f"Draft {number}", count=3) for number in range(6)]

    def both(campaign: Campaign) -> list[Callable[[], str]]:
        pk = campaign.pk
        return [
            key_of(lambda: campaigns.launch(campaign_id=pk, actor=actor, now=now)),
            key_of(lambda: campaigns.delete(campaign_id=pk, force=False, actor=actor, now=now)),
        ]

    answers = at_once([call for campaign in drafts for call in both(campaign)])

    assert set(answers[1::2]) == {"done"}
    assert set(answers[0::2]) <= {"done", "not_found"}
    assert set(Campaign.objects.values_list("lifecycle", flat=True)) == {"ARCHIVED"}
    # Only whose turn it is moves, and the jobs of one instant take turns in the order of their rows.
    for action in AsyncAction.objects.order_by("pk"):
        while async_actions.advance(public_id=action.public_id, now=now) is not None:
            pass
    assert not Voucher.objects.filter(deleted_at=None).exists()
    launched = Voucher.objects.values("campaign").distinct().count()
    assert launched == answers[0::2].count("done")


def test_two_beats_move_each_campaign_once(at_once: AtOnce, now: datetime) -> None:
    for _ in range(12):
        standing(Lifecycle.LIVE, ends_at=now)

    moved = at_once([lambda: lifecycle.settle_due(now=now, batch_size=5)] * 3)

    assert sum(moved) == 12
    assert AuditEntry.objects.filter(action="campaign.ended").count() == 12
    assert OutboxEvent.objects.filter(name="campaign.ended").count() == 12
