"""Bars that several people move at once, and blackouts that come meanwhile."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Decision
from approvals.services import decisions
from calendar_app.services import blackouts, moving
from calendar_app.services.moving import Wish
from core.actors import Actor
from core.errors import DomainError
from core.models import AuditEntry
from promotions.models import Campaign, Lifecycle
from tests.approvals.world import acting, person, policy
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
START, END = datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 3, 27, tzinfo=UTC)


def key_of(call: Callable[[], Any]) -> str:
    try:
        call()
    except ApprovalRequired as asked:
        asked.settle()
        return asked.key
    except DomainError as refusal:
        return refusal.key
    return "done"


def later(campaign: Campaign, days: int, actor: Actor, now: datetime) -> Callable[[], str]:
    by = timedelta(days=days)
    wish = Wish(
        campaign_id=campaign.pk, starts_at=START + by, ends_at=END + by, seen=moving.seen_of(START, END)
    )
    return lambda: key_of(lambda: moving.move(wish=wish, actor=actor, now=now))


def spring(now: datetime, name: str = "Spring") -> Campaign:
    campaign = CampaignFactory(name=name, starts_at=START, ends_at=END, lifecycle=Lifecycle.SCHEDULED)
    VoucherFactory.create_batch(3, campaign=campaign, published_at=now)
    return campaign


def test_of_six_who_move_the_same_bar_one_does(at_once: AtOnce, actor: Actor, now: datetime) -> None:
    campaign = spring(now)

    answers = at_once([later(campaign, days, actor, now) for days in range(1, 7)])

    assert sorted(answers) == ["calendar_moved_meanwhile"] * 5 + ["done"]
    row = Campaign.objects.get()
    by = timedelta(days=answers.index("done") + 1)
    assert (row.starts_at, row.ends_at) == (START + by, END + by)
    assert AuditEntry.objects.filter(action="campaign.updated").count() == 1


def test_a_move_and_a_request_for_another_leave_one_truth(
    at_once: AtOnce, actor: Actor, now: datetime
) -> None:
    """Whoever may is through; the request is on the old dates, and never carried out on the new ones."""
    policy("Reviewer", name="Dates")
    mara, olga = acting(person("mara", "Marketer")), acting(person("olga", "Reviewer"))
    task = Actor.system("tests", channel="TASK")
    ways = set()

    for number in range(8):
        campaign = spring(now, f"Spring {number}")
        assert later(campaign, 1, mara, now)() == "approval_required"
        request = ApprovalRequest.objects.get(target_id=campaign.public_id)
        said = {"request_id": request.pk, "verdict": Decision.Verdict.APPROVE, "revision": 1, "comment": ""}
        approve = functools.partial(decisions.decide, **said, actor=olga, now=now)

        answers = at_once([functools.partial(key_of, approve), later(campaign, 2, task, now)])

        row = Campaign.objects.get(pk=campaign.pk)
        assert row.starts_at is not None
        days = (row.starts_at - START).days
        ways.add((answers[1], ApprovalRequest.objects.get(pk=request.pk).state, days))

    assert ways <= {("done", "STALE", 2), ("calendar_moved_meanwhile", "APPLIED", 1)}


def test_a_blackout_and_a_move_into_it(at_once: AtOnce, actor: Actor, now: datetime) -> None:
    """Either order is one that could have been: refused, or there as a conflict."""
    campaign = spring(now)
    values = {
        "name": "Stock-taking",
        "reason": "The warehouse counts",
        "starts_on": date(2026, 4, 1),
        "ends_on": date(2026, 4, 2),
    }

    def close() -> str:
        return key_of(lambda: blackouts.create(values=values, actor=actor, now=now))

    answers = at_once([close, later(campaign, 10, actor, now)])

    assert answers[0] == "done"
    moved = Campaign.objects.get().starts_at != START
    assert answers[1] == ("done" if moved else "calendar_blackout")
    assert later(campaign, 9, actor, now)() != "done"
