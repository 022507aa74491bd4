"""A bar of the calendar is moved or stretched: an ordinary change of a campaign's or tier's dates.

Permissions, approvals, audit and events are those of `campaigns.update` and `tiers.update`. Goes beyond the
contract (governance K9).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from calendar_app.services import blackout_guard
from core import project, words
from core.actors import Actor
from core.errors import DomainError, InvalidPayload, NotFound
from core.instants import format_optional
from core.locking import lock, retried
from core.words import speaking_for
from promotions.launch_guards import Occasion, Offer
from promotions.models import Campaign, PromotionTier
from promotions.selectors import offered
from promotions.services import campaigns, inheritance, tiers
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec

type Row = Campaign | PromotionTier


class MovedMeanwhile(DomainError):
    status = 409
    key = "calendar_moved_meanwhile"
    message = "Its dates were changed meanwhile"


class NothingMoves(DomainError):
    key = "calendar_nothing_moves"
    message = "The dates stay as they are"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The dates that a campaign, or one of its tiers, shall have. None: open.

    `seen` is `seen_of` the dates that whoever moves it saw; "": it does not matter.
    """

    starts_at: datetime | None
    ends_at: datetime | None
    campaign_id: int | None = None
    tier_id: int | None = None
    seen: str = ""


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is moved, with the dates that count for it: a tier's own over its campaign's."""

    row: Row
    campaign: Campaign

    @property
    def tier(self) -> PromotionTier | None:
        return self.row if isinstance(self.row, PromotionTier) else None

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def key(self) -> str:
        return f"{'tier' if self.tier else 'campaign'}:{self.row.pk}"

    @property
    def starts_at(self) -> datetime | None:
        return self.row.starts_at or self.campaign.starts_at

    @property
    def ends_at(self) -> datetime | None:
        return self.row.ends_at or self.campaign.ends_at

    @property
    def seen(self) -> str:
        return seen_of(self.starts_at, self.ends_at)

    @property
    def has_own_dates(self) -> bool:
        return self.row.starts_at is not None or self.row.ends_at is not None


def seen_of(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """The dates of a bar as it says them back when it is moved."""
    return f"{format_optional(starts_at) or ''}/{format_optional(ends_at) or ''}"


def target_of(*, campaign_id: int | None = None, tier_id: int | None = None) -> Target:
    """:raises NotFound: there is none, or not for whoever asks."""
    if tier_id is not None:
        tier = (
            PromotionTier.objects.select_related("campaign", "campaign__category", "category")
            .filter(pk=tier_id, deleted_at=None, campaign__deleted_at=None)
            .first()
        )
        if tier is None:
            raise NotFound.of("promotion_tier", str(tier_id))
        return Target(row=tier, campaign=tier.campaign)
    rows = Campaign.objects.select_related("category").filter(deleted_at=None)
    campaign = rows.filter(pk=campaign_id or 0).first()
    if campaign is None:
        raise NotFound.of("campaign", str(campaign_id))
    return Target(row=campaign, campaign=campaign)


@retried
@transaction.atomic
def move(*, wish: Wish, actor: Actor, now: datetime) -> Row:
    """Give it the dates, or ask whoever has to say yes.

    :raises MovedMeanwhile: its dates are not those that were seen.
    :raises NothingMoves: it has these dates. :raises InvalidPayload: a tier cannot have them.
    :raises CalendarBlackout: it would be on while that is forbidden; of a draft as well.
    :raises ApprovalRequired: nothing was changed; somebody has to say yes.
    :raises DomainError: as the services of campaigns and tiers.
    """
    lock_target(wish)
    target = target_of(campaign_id=wish.campaign_id, tier_id=wish.tier_id)
    check(target, wish, now)
    if target.tier is not None:
        return tiers.update(tier_id=target.tier.pk, spec=tier_spec(target, wish), actor=actor, now=now)
    spec = campaign_spec(target, wish)
    return campaigns.update(campaign_id=target.campaign.pk, spec=spec, actor=actor, now=now)


def lock_target(wish: Wish) -> None:
    """As the services do that are called next: codes, then the campaign, then the tier."""
    if wish.campaign_id is not None:
        inheritance.lock_used_codes(wish.campaign_id, {"starts_at": wish.starts_at, "ends_at": wish.ends_at})
        lock(Campaign.objects.filter(pk=wish.campaign_id))
        return
    tier = PromotionTier.objects.filter(pk=wish.tier_id or 0)
    lock(Campaign.objects.filter(pk__in=list(tier.values_list("campaign", flat=True))))
    lock(tier)


def check(target: Target, wish: Wish, now: datetime) -> None:
    """What the services of campaigns and tiers do not ask. :raises DomainError: as `move`."""
    if wish.seen and wish.seen != target.seen:
        raise MovedMeanwhile(
            f"{target.name} was moved by somebody else since you looked: it runs {_dates(target)} now. Look "
            "at the calendar again."
        )
    if (wish.starts_at, wish.ends_at) == (target.starts_at, target.ends_at):
        raise NothingMoves(f"{target.name} has these dates already.")
    if wish.starts_at is not None and wish.ends_at is not None and wish.ends_at <= wish.starts_at:
        raise InvalidPayload("It has to end after it begins.")
    if target.tier is not None:
        _check_tier(target, wish)
    if not target.campaign.is_active:
        # The services ask of what is on.
        blackout_guard.refuse(occasion(target, wish, now))


def _check_tier(target: Target, wish: Wish) -> None:
    """A tier without a date of its own has its campaign's."""
    above = target.campaign
    if wish.starts_at is None and above.starts_at is not None:
        raise InvalidPayload("A tier without a start has its campaign's: give it one, or move the campaign.")
    if wish.ends_at is None and above.ends_at is not None:
        raise InvalidPayload("A tier without an end has its campaign's: give it one, or move the campaign.")


def occasion(target: Target, wish: Wish, now: datetime) -> Occasion:
    """What it offers, and will offer, as if it were launched."""
    before = offered.of_campaign(target.campaign, as_launched=True)
    return Occasion(
        campaign_id=target.campaign.pk,
        campaign_name=target.campaign.name,
        before=before,
        after=tuple(_moved(offer, target, wish) for offer in before),
        now=now,
    )


def _moved(offer: Offer, target: Target, wish: Wish) -> Offer:
    """Only the dates that change: a tier with dates of its own stays when its campaign moves."""
    starts_at, ends_at = offer.validity.starts_at, offer.validity.ends_at
    if target.tier is not None:
        is_it = offer.key == target.key
        return _dated(offer, wish.starts_at, wish.ends_at) if is_it else offer
    above = target.campaign
    return _dated(
        offer,
        wish.starts_at if starts_at == above.starts_at else starts_at,
        wish.ends_at if ends_at == above.ends_at else ends_at,
    )


def _dated(offer: Offer, starts_at: datetime | None, ends_at: datetime | None) -> Offer:
    return replace(offer, validity=replace(offer.validity, starts_at=starts_at, ends_at=ends_at))


def campaign_spec(target: Target, wish: Wish) -> CampaignSpec:
    return CampaignSpec(values=_values(target, wish))


def tier_spec(target: Target, wish: Wish) -> TierSpec:
    return TierSpec(values=_values(target, wish))


def _values(target: Target, wish: Wish) -> dict[str, Any]:
    """The columns that become different."""
    names = ("starts_at", "ends_at")
    return {name: getattr(wish, name) for name in names if getattr(wish, name) != getattr(target, name)}


def _dates(target: Target) -> str:
    with speaking_for(project.current()):
        return words.period(target.starts_at, target.ends_at)
