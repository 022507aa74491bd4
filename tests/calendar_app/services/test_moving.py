"""A bar is moved: an ordinary change, through permissions and approvals, on the dates that were seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest
from calendar_app.services import move_previews, moving
from calendar_app.services.move_previews import Outcome, Preview
from calendar_app.services.moving import Wish
from core.actors import Actor
from core.errors import DomainError
from core.models import AuditEntry
from promotions.models import Campaign, Lifecycle, PromotionTier
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.approvals.world import acting, person, policy
from tests.conftest import NOW
from tests.factories.blackouts import BlackoutFactory
from tests.factories.promotions import CampaignFactory, PromotionTierFactory
from tests.promotions.lifecycle.drafting import draft

pytestmark = pytest.mark.django_db


def day(number: int, month: int = 3) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


def wish(row: Any, starts_at: datetime | None, ends_at: datetime | None, *, seen: str = "") -> Wish:
    key = {"tier_id": row.pk} if isinstance(row, PromotionTier) else {"campaign_id": row.pk}
    return Wish(starts_at=starts_at, ends_at=ends_at, seen=seen, **key)


@pytest.fixture
def spring() -> Campaign:
    """From 20 to 27 March; it is 10 March."""
    return CampaignFactory(name="Spring", starts_at=day(20), ends_at=day(27), lifecycle=Lifecycle.SCHEDULED)


def key_of(call: Callable[[], Any]) -> str:
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.key


def test_moves_as_any_change_does(spring: Campaign, actor: Actor) -> None:
    moving.move(
        wish=wish(spring, day(21), day(28), seen=moving.seen_of(day(20), day(27))), actor=actor, now=NOW
    )

    row = Campaign.objects.get()
    assert (row.starts_at, row.ends_at) == (day(21), day(28))
    entry = AuditEntry.objects.get(action="campaign.updated")
    assert entry.after == {"starts_at": "2026-03-21T00:00:00.000Z", "ends_at": "2026-03-28T00:00:00.000Z"}


def test_only_what_changes_is_sent(spring: Campaign, actor: Actor) -> None:
    moving.move(wish=wish(spring, day(20), day(30)), actor=actor, now=NOW)

    assert AuditEntry.objects.get(action="campaign.updated").after == {"ends_at": "2026-03-30T00:00:00.000Z"}


def test_refuses_on_dates_that_changed_meanwhile(spring: Campaign, actor: Actor) -> None:
    seen = moving.seen_of(day(20), day(27))
    campaigns.update(
        campaign_id=spring.pk, spec=CampaignSpec(values={"ends_at": day(29)}), actor=actor, now=NOW
    )

    with pytest.raises(moving.MovedMeanwhile) as refusal:
        moving.move(wish=wish(spring, day(21), day(28), seen=seen), actor=actor, now=NOW)

    assert (refusal.value.status, refusal.value.key) == (409, "calendar_moved_meanwhile")
    assert "20\N{NO-BREAK SPACE}Mar\N{NO-BREAK SPACE}2026" in refusal.value.details
    assert Campaign.objects.get().ends_at == day(29)


@pytest.mark.parametrize(
    ("dates", "key"),
    [
        ((day(20), day(27)), "calendar_nothing_moves"),
        ((day(27), day(20)), "invalid_payload"),
    ],
)
def test_refuses_what_is_no_move(spring: Campaign, actor: Actor, dates: Any, key: str) -> None:
    assert key_of(lambda: moving.move(wish=wish(spring, *dates), actor=actor, now=NOW)) == key
    assert not AuditEntry.objects.exists()


def test_who_may_only_look_moves_nothing(spring: Campaign) -> None:
    viewer = acting(person("vera", "Viewer"))

    key = key_of(lambda: moving.move(wish=wish(spring, day(21), day(28)), actor=viewer, now=NOW))

    assert key == "missing_required_permission"
    assert Campaign.objects.get().starts_at == day(20)


def test_a_request_is_filed_where_somebody_has_to_be_asked(spring: Campaign) -> None:
    policy("Reviewer", name="Dates", conditions=())
    mara = acting(person("mara", "Marketer"))

    with pytest.raises(ApprovalRequired) as refusal:
        moving.move(wish=wish(spring, day(21), day(28)), actor=mara, now=NOW)
    refusal.value.settle()

    request = ApprovalRequest.objects.get()
    assert (request.operation, request.state) == ("campaigns.update", "PENDING")
    assert request.proposal["start_date"] == "2026-03-21T00:00:00Z"
    assert Campaign.objects.get().starts_at == day(20)


def test_a_move_outdates_what_waits(spring: Campaign, actor: Actor) -> None:
    from approvals.services import carrying_out

    policy("Reviewer", name="Dates")
    mara = acting(person("mara", "Marketer"))
    with pytest.raises(ApprovalRequired) as asked:
        moving.move(wish=wish(spring, day(21), day(28)), actor=mara, now=NOW)
    asked.value.settle()

    found = move_previews.preview(wish=wish(spring, day(22), day(29)), actor=mara, now=NOW)
    system = Actor.system("tests", channel="TASK")
    moving.move(wish=wish(spring, day(22), day(29)), actor=system, now=NOW)

    assert found.waiting == (ApprovalRequest.objects.get(),)
    assert carrying_out.has_moved(ApprovalRequest.objects.get(), NOW)


def test_a_tier_moves_alone(actor: Actor) -> None:
    campaign = CampaignFactory(promotion=True, starts_at=day(1), ends_at=day(30))
    tier = PromotionTierFactory(campaign=campaign, starts_at=day(20))
    other = PromotionTierFactory(campaign=campaign)

    moving.move(
        wish=wish(tier, day(21), day(30), seen=moving.seen_of(day(20), day(30))), actor=actor, now=NOW
    )

    tier.refresh_from_db()
    assert (tier.starts_at, tier.ends_at) == (day(21), None)
    assert PromotionTier.objects.get(pk=other.pk).starts_at is None
    assert (
        key_of(lambda: moving.move(wish=wish(tier, day(21), None), actor=actor, now=NOW)) == "invalid_payload"
    )


def test_a_draft_is_not_dropped_into_a_blackout_either(actor: Actor) -> None:
    campaign = draft(actor, NOW, starts_at=day(20), ends_at=day(27))
    BlackoutFactory()

    key = key_of(lambda: moving.move(wish=wish(campaign, day(30), day(5, 4)), actor=actor, now=NOW))

    assert key == "calendar_blackout"
    assert Campaign.objects.get().starts_at == day(20)


# What the dialog says before anything happens --------------------------------------------------------------
def preview(row: Any, starts_at: datetime | None, ends_at: datetime | None, actor: Actor) -> Preview:
    return move_previews.preview(wish=wish(row, starts_at, ends_at), actor=actor, now=NOW)


def test_a_preview_changes_nothing(spring: Campaign, actor: Actor) -> None:
    found = preview(spring, day(21), day(28), actor)

    assert (found.outcome, found.refusal, found.stages) == (Outcome.DONE, None, ())
    assert Campaign.objects.get().starts_at == day(20)
    assert not AuditEntry.objects.exists()


def test_a_preview_says_whom_it_would_ask(spring: Campaign) -> None:
    olga = person("olga", "Reviewer")
    policy("Reviewer", name="Dates")
    mara = acting(person("mara", "Marketer"))

    found = preview(spring, day(21), day(28), mara)

    assert found.outcome is Outcome.ASKED
    ((stage, people),) = found.stages
    assert (stage.name, people) == ("Reviewer", (olga,))
    assert not ApprovalRequest.objects.exists()


def test_a_preview_tells_hard_blackouts_from_soft_ones(spring: Campaign, actor: Actor) -> None:
    BlackoutFactory(name="Hard")
    BlackoutFactory(name="Soft", strength="SOFT")

    found = preview(spring, day(25), day(5, 4), actor)

    assert found.outcome is Outcome.REFUSED
    assert found.refusal is not None
    assert found.refusal.key == "calendar_blackout"
    assert [entry.closure.name for entry in found.warnings] == ["Soft"]


def test_a_preview_refuses_who_may_not(spring: Campaign) -> None:
    found = preview(spring, day(21), day(28), acting(person("vera", "Viewer")))

    assert found.outcome is Outcome.REFUSED
