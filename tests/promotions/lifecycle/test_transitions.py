"""Every state and every action: where it leads, or why not, and what is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.actors import Actor
from core.errors import DomainError
from core.models import AuditEntry
from promotions.models import BY_CLOCK, DRAFTS, Campaign, Lifecycle
from promotions.services import campaigns, lifecycle
from promotions.services.campaigns import CampaignSpec
from tests.promotions.lifecycle.drafting import EVERY_STATE, audited, now_stands, standing, told

pytestmark = pytest.mark.django_db

S = Lifecycle
LAUNCHED = (*BY_CLOCK, S.PAUSED)
Call = Callable[[Campaign, Actor, datetime], Any]


def _follow(state: str) -> Call:
    return lambda campaign, actor, now: lifecycle.follow(state, campaign.public_id, actor, now)


def _later(campaign: Campaign, actor: Actor, now: datetime) -> None:
    spec = CampaignSpec(values={"starts_at": now + timedelta(days=1)})
    campaigns.update(campaign_id=campaign.pk, spec=spec, actor=actor, now=now)


ACTIONS: dict[str, Call] = {
    "launch": lambda c, actor, now: campaigns.launch(campaign_id=c.pk, actor=actor, now=now),
    "resume": lambda c, actor, now: campaigns.set_active(
        campaign_id=c.pk, is_active=True, actor=actor, now=now
    ),
    "pause": lambda c, actor, now: campaigns.set_active(
        campaign_id=c.pk, is_active=False, actor=actor, now=now
    ),
    "delete": lambda c, actor, now: campaigns.delete(campaign_id=c.pk, force=False, actor=actor, now=now),
    "start later": _later,
    "clock": lambda c, actor, now: lifecycle.settle_due(now=now),
    "asked": _follow("PENDING"),
    "out of date": _follow("STALE"),
    "changes": _follow("CHANGES_REQUESTED"),
    "no": _follow("REJECTED"),
    "yes": _follow("APPROVED"),
    "taken back": _follow("WITHDRAWN"),
    "carried out": _follow("APPLIED"),
}
STAYS = {state: state for state in EVERY_STATE}
GONE = {S.ARCHIVED: "not_found"}


def to(target: Lifecycle, *sources: Lifecycle) -> dict[Lifecycle, str]:
    return dict.fromkeys(sources, target)


def refused(key: str, *sources: Lifecycle) -> dict[Lifecycle, str]:
    return dict.fromkeys(sources, key)


TABLE: dict[str, dict[Lifecycle, str]] = {
    "launch": {**to(S.LIVE, *DRAFTS), **refused("campaign_not_draft", *LAUNCHED), **GONE},
    "resume": {**STAYS, **to(S.LIVE, S.PAUSED), **refused("campaign_is_draft", *DRAFTS), **GONE},
    "pause": {**STAYS, **to(S.PAUSED, *BY_CLOCK), **GONE},
    "delete": {**to(S.ARCHIVED, *DRAFTS, *LAUNCHED), **GONE},
    "start later": {**STAYS, **to(S.SCHEDULED, *BY_CLOCK), **GONE},
    "clock": {**STAYS, **to(S.LIVE, *BY_CLOCK)},
    "asked": {**STAYS, **to(S.IN_REVIEW, *DRAFTS)},
    "out of date": {**STAYS, **to(S.IN_REVIEW, *DRAFTS)},
    "changes": {**STAYS, **to(S.CHANGES_REQUESTED, *DRAFTS)},
    "no": {**STAYS, **to(S.REJECTED, *DRAFTS)},
    "yes": {**STAYS, **to(S.APPROVED, *DRAFTS)},
    "taken back": {**STAYS, **to(S.DRAFT, *DRAFTS)},
    "carried out": STAYS,
}


@pytest.mark.parametrize("state", EVERY_STATE)
@pytest.mark.parametrize("name", ACTIONS)
def test_where_it_leads(name: str, state: Lifecycle, actor: Actor, now: datetime) -> None:
    campaign = standing(state)
    expected = TABLE[name][state]

    if expected in Lifecycle.values:
        ACTIONS[name](campaign, actor, now)
        key = ""
    else:
        with pytest.raises(DomainError) as refusal:
            ACTIONS[name](campaign, actor, now)
        key = refusal.value.key

    row = Campaign.objects.get(pk=campaign.pk)
    assert (key or row.lifecycle) == expected
    assert row.lifecycle == (state if key else expected)
    # In the bin the switch stays as it was.
    assert row.is_active is (
        (state if row.lifecycle == S.ARCHIVED else row.lifecycle) in (*BY_CLOCK, S.ARCHIVED)
    )
    if key:
        assert audited(campaign) == told(campaign) == []
    elif row.lifecycle != state:
        assert len(audited(campaign)) >= 1
        assert audited(campaign) == told(campaign)


@pytest.mark.parametrize(
    ("name", "state", "event"),
    [
        ("launch", S.APPROVED, "campaign.launched"),
        ("resume", S.PAUSED, "campaign.enabled"),
        ("pause", S.LIVE, "campaign.disabled"),
        ("delete", S.DRAFT, "campaign.deleted"),
        ("clock", S.SCHEDULED, "campaign.started"),
        ("asked", S.DRAFT, "campaign.submitted"),
        ("changes", S.IN_REVIEW, "campaign.changes_requested"),
        ("no", S.IN_REVIEW, "campaign.rejected"),
        ("yes", S.IN_REVIEW, "campaign.approved"),
        ("taken back", S.IN_REVIEW, "campaign.taken_back"),
    ],
)
def test_what_is_told(name: str, state: Lifecycle, event: str, actor: Actor, now: datetime) -> None:
    campaign = standing(state)

    ACTIONS[name](campaign, actor, now)

    assert audited(campaign) == told(campaign) == [event]


def test_a_move_says_from_where_to_where(actor: Actor, now: datetime) -> None:
    campaign = standing(S.LIVE, ends_at=now)

    lifecycle.settle_due(now=now)

    entry = AuditEntry.objects.get(action="campaign.ended")
    assert (entry.before, entry.after) == ({"lifecycle": "LIVE"}, {"lifecycle": "ENDED"})
    assert (entry.entity_id, entry.actor_label, entry.channel) == (campaign.public_id, "clock", "TASK")


@pytest.mark.parametrize("state", DRAFTS)
def test_no_statement_puts_a_draft_on(state: Lifecycle) -> None:
    campaign = standing(state)

    with pytest.raises(IntegrityError, match="campaign_lifecycle_fits_switch"), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(is_active=True)

    assert now_stands(campaign) == state


def test_what_is_in_the_bin_is_archived_and_nothing_else(now: datetime) -> None:
    campaign = standing(S.LIVE)

    with pytest.raises(IntegrityError, match="campaign_archived_is_in_the_bin"), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(lifecycle=S.ARCHIVED)
    Campaign.objects.filter(pk=campaign.pk).update(deleted_at=now)

    assert now_stands(campaign) == S.ARCHIVED


def test_what_knows_only_the_switch_leaves_it_right() -> None:
    """The release before this column goes on working beside the new one."""
    campaign = standing(S.ENDED)

    Campaign.objects.filter(pk=campaign.pk).update(is_active=False)
    paused = now_stands(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(is_active=True)

    assert (paused, now_stands(campaign)) == (S.PAUSED, S.LIVE)


def test_a_row_without_a_state_is_live() -> None:
    """As the release before this column inserts it."""
    campaign = standing(S.PAUSED)
    Campaign.objects.filter(pk=campaign.pk).update(is_active=True, lifecycle=None)

    assert now_stands(campaign) == S.LIVE


def test_nothing_but_a_transition_sets_it() -> None:
    with pytest.raises(AttributeError):
        standing(S.DRAFT).lifecycle = S.LIVE
