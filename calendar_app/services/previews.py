"""What something would collide with: a draft, other dates, a proposal. Nothing is written.

Always of everything that is on the calendar; whoever is limited to places is told of what lies there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import transaction

from calendar_app import overlaps
from calendar_app.overlaps import Counts, Fix, Found, Item
from calendar_app.receipts import Receipt
from calendar_app.selectors import boards, common_reach
from calendar_app.selectors import items as rows
from calendar_app.selectors.boards import Kept
from core import places
from core.actors import Actor
from core.errors import InvalidPayload
from promotions.selectors import campaigns
from promotions.services import campaigns as campaign_service
from promotions.services.campaigns import CampaignSpec

MOST: Final = 50
"""Conflicts of one preview that programs are told."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One conflict that would be: in words, in numbers, with the basket that shows it and what would help.

    `other` is what is met, None for a blackout.
    """

    found: Found
    other: Item | None
    sentence: str
    counts: Counts | None = None
    receipt: Receipt | None = None
    fixes: tuple[Fix, ...] = ()


def shown(
    items: Item | Sequence[Item],
    *,
    now: datetime,
    most: int = 8,
    is_counted: bool = False,
    with_fixes: bool = False,
    wait: float = -1,
) -> list[Shown]:
    """The heaviest of what the items of one campaign would collide with, ready to be shown.

    Counting and trying out fixes take longer than a pause between two keystrokes.

    :raises TookTooLong: somebody else had the board for more than `wait` seconds.
    """
    with boards.current(now, wait=wait) as kept:
        own = _several(items)
        found = _in_reach(overlaps.against(own, kept.board), own)[:most]
        return _shown(found, own, kept, now, is_counted=is_counted, with_fixes=with_fixes)


def against(items: Item | Sequence[Item], *, now: datetime) -> list[Found]:
    """What the items of one campaign, as they would be, collide with; the heaviest first."""
    with boards.current(now) as kept:
        own = _several(items)
        return _in_reach(overlaps.against(own, kept.board), own)


def of_campaign(
    campaign_id: int, *, starts_at: datetime | None, ends_at: datetime | None, now: datetime
) -> list[Found]:
    """What a campaign would collide with at these dates (None: open); the heaviest first."""
    with boards.current(now) as kept:
        return against(_moved(kept, campaign_id, starts_at, ends_at), now=now)


def moved(*, campaign: str, dates: Mapping[str, datetime | None], now: datetime) -> list[Shown]:
    """For programs: a campaign by its id or name, its dates by those of the wire; what is not said stays.

    :raises NotFound: there is no such campaign.
    :raises InvalidPayload: it would end before it begins.
    """
    row = campaigns.get(campaign)
    starts_at = dates.get("start_date", row.starts_at)
    ends_at = dates.get("expiration_date", row.ends_at)
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise InvalidPayload("expiration_date: an instant after start_date is expected.")
    with boards.current(now) as kept:
        own = _moved(kept, row.pk, starts_at, ends_at)
        return shown(own, now=now, most=MOST, is_counted=True, with_fixes=True)


def of_draft(*, spec: CampaignSpec, actor: Actor, now: datetime) -> list[Shown]:
    """For programs: what a campaign would collide with that is only described.

    It is made as a draft and undone at once, so that whatever is refused there is refused here.

    :raises DomainError: as `promotions.services.campaigns.create`.
    """
    maker = replace(Actor.system("preview"), places=actor.places)
    with transaction.atomic():
        made = campaign_service.create(spec=replace(spec, is_draft=True), actor=maker, now=now)
        own = rows.of_campaign(made.pk, now)
        transaction.set_rollback(True)
    return shown(own, now=now, most=MOST, is_counted=True, with_fixes=True)


def _moved(kept: Kept, campaign_id: int, starts_at: datetime | None, ends_at: datetime | None) -> list[Item]:
    """A campaign as it is on the board, at other dates; nothing if it is over and cannot be there."""
    own = [item for item in kept.items.values() if item.campaign_id == campaign_id and not item.is_ghost]
    return overlaps.moved(own, starts_at=starts_at, ends_at=ends_at)


def _shown(
    found: Sequence[Found],
    own: Sequence[Item],
    kept: Kept,
    now: datetime,
    *,
    is_counted: bool,
    with_fixes: bool,
) -> list[Shown]:
    counts = common_reach.counts(found, now=now) if is_counted and found else {}
    return [
        Shown(
            found=one,
            other=_other(one, own),
            sentence=overlaps.sentence(one, counts.get(one.key)),
            counts=counts.get(one.key),
            receipt=boards.receipt(one, kept.world),
            fixes=tuple(overlaps.fixes(one, kept.board)) if with_fixes else (),
        )
        for one in found
    ]


def _several(items: Item | Sequence[Item]) -> list[Item]:
    return [items] if isinstance(items, Item) else list(items)


def _in_reach(found: Iterable[Found], own: Sequence[Item]) -> list[Found]:
    """Of those that are limited to places only what they see on the other side, too."""
    others = ((one, _other(one, own)) for one in found)
    kept = [one for one, other in others if other is None or places.sees(other.places)]
    return sorted(kept, key=lambda one: (-one.weight, one.key))


def _other(found: Found, own: Sequence[Item]) -> Item | None:
    return found.right if own and found.left.unit == own[0].unit else found.left
