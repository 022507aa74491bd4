"""Changes whose time has come, found by several workers at once, and workers that die amid one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from approvals.models import ApprovalRequest
from approvals.services import carrying_out, requests, scheduling
from core.errors import DomainError
from core.models import AuditEntry
from promotions.models import Campaign, Version
from promotions.services import campaigns, versions
from promotions.services.campaigns import CampaignSpec
from tests.approvals.world import acting, person
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, percent

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
State = ApprovalRequest.State
DUE = NOW + timedelta(hours=9)
WORKERS, CHANGES = 3, 4


def planned(campaign: Campaign, *percents: int) -> list[ApprovalRequest]:
    """One change an hour."""
    mia = acting(person(f"mia-{campaign.pk}", "User"))
    return [
        scheduling.propose(
            operation="campaigns.update",
            arguments={"campaign_id": campaign.pk, "spec": CampaignSpec(values={"discount": percent(value)})},
            effective_at=NOW + timedelta(hours=hour),
            actor=mia,
            now=NOW,
        )
        for hour, value in enumerate(percents, start=1)
    ]


def carry_out() -> int:
    return carrying_out.carry_out_due(now=DUE)


def applied() -> list[str]:
    """The requests that the service of campaigns ran for, in the order in which it did."""
    return list(
        AuditEntry.objects.filter(action="campaign.updated")
        .order_by("pk")
        .values_list("approval_id", flat=True)
    )


def test_several_workers_apply_each_change_once_and_in_order(at_once: AtOnce) -> None:
    campaign = CampaignFactory(discount=percent(10))
    changes = planned(campaign, *range(20, 20 + CHANGES))

    at_once([carry_out] * WORKERS)

    campaign.refresh_from_db()
    assert campaign.discount == percent(19 + CHANGES)
    assert applied() == [one.public_id for one in changes]
    assert Version.objects.filter(subject_id=campaign.pk).count() == CHANGES
    assert set(ApprovalRequest.objects.values_list("state", flat=True)) == {State.APPLIED}


def test_whoever_cancels_at_its_time_cancels_it_or_comes_too_late(at_once: AtOnce) -> None:
    campaign = CampaignFactory(discount=percent(10))
    (change,) = planned(campaign, 20)

    def cancel() -> str:
        try:
            requests.withdraw(request_id=change.pk, actor=requests.actor_of(change), now=DUE)
        except DomainError as refusal:
            return refusal.key
        return "cancelled"

    told, _ = at_once([cancel, carry_out])

    campaign.refresh_from_db()
    change.refresh_from_db()
    if told == "cancelled":
        assert (change.state, campaign.discount, applied()) == (State.WITHDRAWN, percent(10), [])
    else:
        assert (change.state, campaign.discount) == (State.APPLIED, percent(20))
        assert told == "approval_already_decided"


def test_whoever_changes_it_meanwhile_is_never_written_over(at_once: AtOnce) -> None:
    campaign = CampaignFactory(discount=percent(10))
    (change,) = planned(campaign, 20)
    ada = acting(person("ada", "Admin"))

    def by_hand() -> None:
        spec = CampaignSpec(values={"voucher_redemption_quantity": 7})
        campaigns.update(campaign_id=campaign.pk, spec=spec, actor=ada, now=DUE)

    at_once([by_hand, carry_out])

    campaign.refresh_from_db()
    change.refresh_from_db()
    assert campaign.voucher_redemption_quantity == 7
    assert (change.state, campaign.discount) in ((State.APPLIED, percent(20)), (State.STALE, percent(10)))


def test_a_worker_that_dies_amid_a_change_leaves_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = CampaignFactory(discount=percent(10))
    (change,) = planned(campaign, 20)
    real = versions.note

    def killed(*args: Any, **more: Any) -> None:
        real(*args, **more)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(versions, "note", killed)
    carry_out()
    connection.close()
    monkeypatch.undo()

    campaign.refresh_from_db()
    change.refresh_from_db()
    assert (change.state, campaign.discount, applied()) == (State.APPROVED, percent(10), [])
    assert not Version.objects.exists()

    carry_out()

    campaign.refresh_from_db()
    assert (campaign.discount, applied()) == (percent(20), [change.public_id])
