"""The nightly job: finds what is due in all programmes and does it slice by slice. Contract: loyalty 11.

What is due says so itself, in partial indexes that hold nothing else, so that a night costs what it changes,
however many cards there are. A slice of cards is one transaction; whoever dies loses the slice he was in, and
the next run finds it again. Only the beginnings of periods need a note of how far they came
(`ProgrammeNight`).
"""

from __future__ import annotations

import logging
import time
from array import array
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import OperationalError, connection

from core import project
from core.periodic import MoreLeft
from loyalty import qualification, tier_terms
from loyalty.models import LoyaltyCard, PointsTransaction, ProgrammeNight
from loyalty.selectors import tiers as selectors
from loyalty.selectors.tiers import Ladder
from loyalty.services import card_nights
from loyalty.services.card_nights import Boundaries
from promotions.models import Campaign

logger = logging.getLogger(__name__)

CARDS_AT_ONCE: Final = 500
# Each goes on behind the last one that was seen: what was done is gone from these partial indexes.
_PENDING: Final = """
SELECT activates_on, id, card_id FROM loyalty_pendingpoints
WHERE activates_on <= %s AND state = 'PENDING' AND (activates_on, id) > (%s, %s)
ORDER BY activates_on, id LIMIT %s
"""
_LOTS: Final = """
SELECT expires_on, card_id, card_id FROM loyalty_pointslot
WHERE expires_on < %s AND remaining > 0 AND (expires_on, card_id) > (%s, %s)
ORDER BY expires_on, card_id LIMIT %s
"""
_TIERS: Final = """
SELECT tier_until, voucher_id, voucher_id FROM loyalty_loyaltycard
WHERE campaign_id = %s AND tier_until < %s AND (tier_until, voucher_id) > (%s, %s)
ORDER BY tier_until, voucher_id LIMIT %s
"""
_ENDING: Final = """
SELECT campaign.id FROM promotions_campaign AS campaign
WHERE campaign.campaign_type = %s AND EXISTS (
    SELECT FROM loyalty_loyaltycard AS card WHERE card.campaign_id = campaign.id AND card.tier_until < %s
)
ORDER BY campaign.id
"""


def run(*, now: datetime, seconds: float | None = None) -> int:
    """Everything that is due in the project's zone at `now`; how many cards had something due.

    `MoreLeft` after `seconds`, with the rest for the next call.
    """
    today = project.day_of(now)
    ends = None if seconds is None else time.monotonic() + seconds
    total = 0
    for done in _slices(today, now):
        total += done
        if ends is not None and time.monotonic() >= ends:
            return MoreLeft(total)
    return total


def _slices(today: date, now: datetime) -> Iterator[int]:
    """Slice after slice; how many cards of each were done."""
    nights = _nights(today, now)
    ladders = selectors.ladders([night.campaign_id for night in nights])
    boundaries = {
        night.campaign_id: qualification.boundaries(ladders[night.campaign_id].terms, night.settled_on, today)
        for night in nights
    }
    for slice_ in _due(today):
        yield _settled(slice_, today, boundaries, None, now)
    for night in nights:
        ladder = ladders[night.campaign_id]
        for day in boundaries[night.campaign_id]:
            for slice_ in _parts(_collecting(night, ladder, day)):
                yield _settled(slice_, today, boundaries, night, now)
            night.settled_on, night.position = day, 0
            night.save(update_fields=["settled_on", "position"])
        night.settled_on = today
        night.save(update_fields=["settled_on"])


def _settled(
    card_ids: Collection[int],
    today: date,
    boundaries: Boundaries,
    night: ProgrammeNight | None,
    now: datetime,
) -> int:
    """A slice at once; card by card, if one of them breaks it, so that the others have their night."""
    try:
        return card_nights.settle(card_ids, today=today, boundaries=boundaries, night=night, now=now)
    except OperationalError:
        raise
    except Exception:
        logger.exception("the night of %d cards broke; each is tried alone", len(card_ids))
    done = 0
    for card_id in sorted(card_ids):
        try:
            done += card_nights.settle([card_id], today=today, boundaries=boundaries, night=night, now=now)
        except OperationalError:
            raise
        except Exception:
            logger.exception("the night of card %d broke", card_id)
    return done


def _due(today: date) -> Iterator[Collection[int]]:
    """Cards with pending points, lots or tiers whose day has come, slice by slice."""
    yield from _paged(_PENDING, today)
    yield from _paged(_LOTS, today)
    with connection.cursor() as cursor:
        cursor.execute(_ENDING, [Campaign.CampaignType.LOYALTY_PROGRAM, today])
        campaigns = [campaign_id for (campaign_id,) in cursor.fetchall()]
    for campaign_id in campaigns:
        yield from _paged(_TIERS, campaign_id, today)


def _paged(sql: str, *values: Any) -> Iterator[Collection[int]]:
    place: tuple[date, int] = (date.min, 0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, *place, CARDS_AT_ONCE])
            found = cursor.fetchall()
        if not found:
            return
        place = found[-1][:2]
        yield {card_id for *_, card_id in found}


def _nights(today: date, now: datetime) -> list[ProgrammeNight]:
    """Of programmes whose tiers begin with a period and that have not come to today yet.

    The others have nothing to note: they are brought to today at once, so that terms that change later do
    not bring up nights that are long gone.
    """
    zone = project.current().zone
    known = dict(ProgrammeNight.objects.values_list("campaign", "settled_on"))
    programmes = Campaign._base_manager.filter(campaign_type=Campaign.CampaignType.LOYALTY_PROGRAM)
    behind = [
        (pk, known.get(pk, created_at.astimezone(zone).date()))
        for pk, created_at in programmes.order_by("pk").values_list("pk", "created_at")
        if known.get(pk, date.min) < today
    ]
    if not behind:
        return []
    ladders = selectors.ladders([pk for pk, _ in behind])
    waits = {pk for pk, _ in behind if ladders[pk].tiers and not ladders[pk].terms.starts_at_once}
    ProgrammeNight.objects.bulk_create(
        [ProgrammeNight(campaign_id=pk, settled_on=day) for pk, day in behind if pk not in known],
        ignore_conflicts=True,
    )
    others = [pk for pk, _ in behind if pk not in waits]
    ProgrammeNight.objects.filter(campaign__in=others, settled_on__lt=today).update(settled_on=today)
    return list(ProgrammeNight.objects.filter(campaign__in=waits, settled_on__lt=today).order_by("pk"))


def _collecting(night: ProgrammeNight, ladder: Ladder, day: date) -> array[int]:
    """Who collected points in the period before `day`, behind the position; eight bytes for each card.

    Where a tier begins at no points, everybody is in it.
    """
    if any(tier.points_from == 0 for tier in ladder.tiers):
        everybody = LoyaltyCard._base_manager.filter(campaign=night.campaign_id, pk__gt=night.position)
        return array("q", everybody.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=10_000))
    first, last = tier_terms.period_of(ladder.terms, day - timedelta(days=1))
    moved = PointsTransaction._base_manager.filter(
        ladder.counted, campaign=night.campaign_id, day__range=(first, last), card__gt=night.position
    )
    cards = moved.order_by("card").values_list("card", flat=True).distinct()
    return array("q", cards.iterator(chunk_size=10_000))


def _parts(cards: array[int]) -> Iterator[Collection[int]]:
    for start in range(0, len(cards), CARDS_AT_ONCE):
        yield cards[start : start + CARDS_AT_ONCE].tolist()
