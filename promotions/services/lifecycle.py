"""Where a campaign stands: the way of a draft through reviews, and what the clock makes of launched ones.

Nothing here decides what may be redeemed: the engine goes by switch, dates and bin (INVARIANTS E3). Each move
has its row in the audit log and its event. Contract: governance 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from approvals.models import OPEN, ApprovalRequest
from core import audit, events
from core.actors import Actor
from core.errors import DomainError
from core.locking import lock, retried
from promotions.models import BY_CLOCK, Campaign, Lifecycle, PromotionTier
from promotions.selectors import campaigns as selectors
from promotions.selectors.launching import LAUNCH

_BATCH: Final = 200
_MOST_BATCHES: Final = 50

_MOVED: Final[Mapping[str, str]] = {
    Lifecycle.DRAFT: "campaign.taken_back",
    Lifecycle.IN_REVIEW: "campaign.submitted",
    Lifecycle.CHANGES_REQUESTED: "campaign.changes_requested",
    Lifecycle.REJECTED: "campaign.rejected",
    Lifecycle.APPROVED: "campaign.approved",
    Lifecycle.SCHEDULED: "campaign.scheduled",
    Lifecycle.LIVE: "campaign.started",
    Lifecycle.ENDED: "campaign.ended",
}
"""What has happened to a campaign that stands here now."""

_State = ApprovalRequest.State
_FOLLOWS: Final[Mapping[str, Callable[[Campaign], None]]] = {
    _State.APPROVED: Campaign.approve,
    _State.PENDING: Campaign.review,
    _State.STALE: Campaign.review,
    _State.CHANGES_REQUESTED: Campaign.request_changes,
    _State.REJECTED: Campaign.reject,
    _State.WITHDRAWN: Campaign.take_back,
}
"""Where a request to launch a draft brings it. Of several open ones the furthest counts: the first here."""


class CampaignIsDraft(DomainError):
    status = 409
    key = "campaign_is_draft"
    message = "Campaign is a draft"


class CampaignNotDraft(DomainError):
    status = 409
    key = "campaign_not_draft"
    message = "Campaign was launched already"


class CampaignNotReady(DomainError):
    key = "campaign_not_ready"
    message = "Campaign is not ready"


def check_ready(campaign: Campaign, now: datetime) -> None:
    """Whether a campaign can be launched now.

    :raises CampaignNotDraft: it was launched before.
    :raises CampaignNotReady: it is over before it begins, or nobody would get anything.
    """
    if not campaign.is_draft:
        raise CampaignNotDraft("Only a draft can be launched, and this one was launched already.")
    if campaign.ends_at is not None and campaign.ends_at <= now:
        raise CampaignNotReady("Its end is past. Set a later end, or none.")
    is_promotion = campaign.campaign_type == Campaign.CampaignType.PROMOTION
    if is_promotion and not PromotionTier.objects.filter(campaign=campaign, deleted_at=None).exists():
        raise CampaignNotReady("It has no tiers, so nobody would get anything. Add one first.")


def settle(campaign: Campaign, *, actor: Actor, now: datetime) -> bool:
    """Bring a locked campaign to where its dates put it, if it is on; returns whether it moved."""
    was = campaign.lifecycle
    if was not in BY_CLOCK or campaign.by_clock(now) == was:
        return False
    campaign.settle(now)
    _keep(campaign, was, actor, now)
    return True


def settle_due(*, now: datetime, batch_size: int = _BATCH) -> int:
    """Bring all campaigns to where their dates put them by now; returns how many moved.

    Batch by batch, each in a transaction of its own; what is left over waits for the next run.
    """
    actor, moved = Actor.system("clock", channel="TASK"), 0
    for _ in range(_MOST_BATCHES):
        due = list(selectors.due(now).order_by("pk").values_list("pk", flat=True)[:batch_size])
        if not due:
            break
        moved += _settle_batch(due, actor, now)
    return moved


@retried
@transaction.atomic
def _settle_batch(pks: list[int], actor: Actor, now: datetime) -> int:
    rows = lock(Campaign.objects.filter(pk__in=pks))
    return sum(settle(campaign, actor=actor, now=now) for campaign in rows)


def follow(state: str, target_id: str, actor: Actor, now: datetime) -> None:
    """Bring a draft to where the requests to launch it stand; `state` is what one of them got just now."""
    if state == _State.APPLIED:
        return
    rows = lock(Campaign.objects.filter(public_id=target_id))
    if not rows or not rows[0].is_draft:
        return
    asked = ApprovalRequest.objects.filter(operation=LAUNCH, target_id=target_id, state__in=OPEN)
    states = {*asked.values_list("state", flat=True)} or {state}
    campaign, was = rows[0], rows[0].lifecycle
    next(move for name, move in _FOLLOWS.items() if name in states)(campaign)
    if campaign.lifecycle != was:
        _keep(campaign, was, actor, now)


def _keep(campaign: Campaign, was: str, actor: Actor, now: datetime) -> None:
    """Save a move that changes nothing else; `updated_at` is for what people change."""
    campaign.save(update_fields=["lifecycle"])
    tell(campaign, _MOVED[campaign.lifecycle], was, actor, now)


def tell(campaign: Campaign, name: str, was: str, actor: Actor, now: datetime) -> None:
    """Audit row and event of a move that is saved."""
    stands = {"lifecycle": str(campaign.lifecycle)}
    audit.log(actor, name, campaign, now=now, before={"lifecycle": str(was)}, after=stands)
    payload = {"campaign_id": campaign.public_id, **stands}
    events.emit(name, entity=campaign, actor=actor, now=now, payload=payload)
