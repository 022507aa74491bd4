"""What surrounds campaigns: budgets, who made them, who is told of them, what they give away a day."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Sum

from calendar_app.overlapping.items import Channel, Message, Pool
from calendar_app.selectors.scopes import Owner, owners_of
from commerce.models import Order, Segment
from core.models import ProjectSettings
from core.patience import TookTooLong, at_most
from engine import Candidate
from engine.effects import DiscountType, is_payment, to_wire
from promotions.models import (
    Budget,
    Campaign,
    Counter,
    Distribution,
    PromotionTier,
    PublicationRun,
    Redemption,
    Voucher,
)
from promotions.selectors.tallies import BUDGET, periods

PAST: Final = timedelta(days=28)
_PATIENCE: Final = 2_000
_MONEY: Final = frozenset({Budget.Measure.DISCOUNT.value, Budget.Measure.GIFT_CREDITS.value})
_PERIODS: Final = {"EVER": "", "DAY": "daily", "WEEK": "weekly", "MONTH": "monthly"}
_RUNNING: Final = (Distribution.State.DRAFT, Distribution.State.LIVE)
_LEAST_UPTAKE: Final = Decimal("0.01")
"""Part of all orders that a promotion nobody has used yet is assumed to reach, if not more is known."""
_SEGMENT_PREFIX: Final = "seg_"


@dataclass(frozen=True, kw_only=True)
class Around:
    pools: tuple[Pool, ...] = ()
    messages: tuple[Message, ...] = ()
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Past:
    """The last four weeks. `given` by campaign and tier (None: by codes); `orders` is what the orders of one
    day come to, `uptake` which part of them had a redemption,
    `typical` what one of them comes to.
    """

    given: Mapping[tuple[int, int | None], int] = field(default_factory=dict)
    orders: int | None = None
    uptake: Decimal = _LEAST_UPTAKE
    typical: int = 0


@dataclass(frozen=True, kw_only=True)
class Facts:
    now: datetime
    around: Mapping[int, Around]
    owners: Mapping[str, Owner]
    past: Past

    def of(self, campaign_id: int) -> Around:
        return self.around.get(campaign_id, _NOTHING)

    def daily_cost(
        self, campaign: Campaign, tier: PromotionTier | None, candidate: Candidate | None
    ) -> int | None:
        """What it gave a day lately; of what was not used yet what it may give, as other promotions are used.

        A money budget is the most that it can be. None where nothing is known.
        """
        days = self._days(campaign)
        given = self.past.given.get((campaign.pk, None if tier is None else tier.pk))
        found = given // days if given else self._expected(candidate)
        limits = [pool.left for pool in self.of(campaign.pk).pools if pool.is_money and pool.left is not None]
        if not limits:
            return found
        most = min(limits) // max(1, self._days_left(campaign))
        return most if found is None else min(found, most)

    def _expected(self, candidate: Candidate | None) -> int | None:
        if self.past.orders is None or candidate is None or candidate.discount is None:
            return None
        if is_payment(candidate.discount):
            return 0
        wire = to_wire(candidate.discount)
        percent = _USUAL_PERCENT
        if wire["type"] == DiscountType.PERCENT and isinstance(wire.get("percent_off"), int | Decimal):
            percent = min(Decimal(wire["percent_off"]), Decimal(100))
        return int(self.past.orders * self.past.uptake * percent / 100)

    def _days(self, campaign: Campaign) -> int:
        """So many of the last four weeks it could be used."""
        since = self.now - PAST if campaign.starts_at is None else max(campaign.starts_at, self.now - PAST)
        return max(1, (self.now - since).days)

    def _days_left(self, campaign: Campaign) -> int:
        if campaign.ends_at is None:
            return PAST.days
        starts = self.now if campaign.starts_at is None else max(self.now, campaign.starts_at)
        return max(1, -(-(campaign.ends_at - starts) // timedelta(days=1)))


_NOTHING: Final = Around()
_USUAL_PERCENT: Final = Decimal(10)


def gather(
    campaigns: Sequence[Campaign],
    budgets: Mapping[str, Sequence[int]],
    *,
    settings: ProjectSettings,
    now: datetime,
) -> Facts:
    """A constant number of queries. `budgets` as `validation_rules.rules_of` reads them."""
    pks = [row.pk for row in campaigns]
    pools = _pools(budgets, settings, now)
    told: dict[int, set[str]] = {}
    messages: dict[int, list[Message]] = {}
    for pk, segment, message in (*_distributions(pks, campaigns), *_publications(pks)):
        told.setdefault(pk, set()).add(segment)
        messages.setdefault(pk, []).append(message)
    for row in campaigns:
        named = row.metadata.get("segment")
        if isinstance(named, str) and named.startswith(_SEGMENT_PREFIX):
            told.setdefault(row.pk, set()).add(named)
    around = {
        pk: Around(
            pools=tuple(pools.get(pk, ())),
            messages=tuple(messages.get(pk, ())),
            told=frozenset(told.get(pk, ())),
        )
        for pk in {*pools, *messages, *told}
    }
    owners = owners_of([row.public_id for row in campaigns])
    return Facts(now=now, around=around, owners=owners, past=_past(pks, now))


def sample_discounts(campaigns: Iterable[Campaign]) -> dict[int, Mapping[str, Any]]:
    """Of campaigns whose codes say themselves what they give, the discount of the first code."""
    bare = [
        row.pk
        for row in campaigns
        if row.campaign_type == Campaign.CampaignType.DISCOUNT_COUPONS and not row.discount
    ]
    rows = Voucher.objects.filter(campaign__in=bare, discount__isnull=False, deleted_at=None)
    first = rows.order_by("campaign_id", "pk").distinct("campaign_id")
    return {pk: discount for pk, discount in first.values_list("campaign_id", "discount") if discount}


def _pools(
    budgets: Mapping[str, Sequence[int]], settings: ProjectSettings, now: datetime
) -> dict[int, list[Pool]]:
    columns = [(json.loads(text), campaigns) for text, campaigns in budgets.items()]
    current = periods(settings, now)
    rows = Counter.objects.filter(
        scope=Counter.Scope.BUDGET, scope_id__in=[one["id"] for one, _ in columns], name=BUDGET, subject=""
    )
    used = {(pk, period): value + held for pk, period, value, held in rows.values_list(*_COUNTER)}
    found: dict[int, list[Pool]] = {}
    for one, campaigns in columns:
        is_whole = one["per"] == Budget.Per.TOTAL
        taken = used.get((one["id"], current[_PERIODS[one["period"]]]), 0)
        pool = Pool(
            id=one["id"],
            name=one["name"],
            left=max(0, one["limit"] - taken) if is_whole and one["period"] == Budget.Period.EVER else None,
            is_money=one["measure"] in _MONEY,
        )
        for campaign in campaigns:
            found.setdefault(campaign, []).append(pool)
    return found


_COUNTER: Final = ("scope_id", "period", "value", "held")

type Told = tuple[int, str, Message]


def _distributions(pks: Collection[int], campaigns: Sequence[Campaign]) -> list[Told]:
    """Those that give codes of these campaigns, or speak about them, to a segment."""
    rows = Distribution.objects.filter(state__in=_RUNNING, deleted_at=None, segment__isnull=False)
    starts = {row.pk: row.starts_at for row in campaigns}
    found = []
    columns = ("public_id", "name", "trigger", "starts_at", "segment__public_id", "gives_id", "about_id")
    for public_id, name, trigger, starts_at, segment, gives, about in rows.order_by("pk").values_list(
        *columns
    ):
        for pk in {gives, about} & starts.keys():
            at = None if trigger else starts_at or starts[pk]
            message = Message(
                id=public_id,
                name=name,
                channel=Channel.DISTRIBUTION,
                segment=segment,
                at=at,
                trigger=trigger or ("" if at is not None else "by hand"),
            )
            found.append((pk, segment, message))
    return found


def _publications(pks: Collection[int]) -> list[Told]:
    rows = PublicationRun.objects.filter(
        campaign__in=pks, state=PublicationRun.State.RUNNING, segment__isnull=False
    )
    columns = ("campaign_id", "public_id", "audience", "created_at", "segment__public_id")
    return [
        (
            pk,
            segment,
            Message(id=public_id, name=name, channel=Channel.PUBLICATION, segment=segment, at=at),
        )
        for pk, public_id, name, at, segment in rows.order_by("pk").values_list(*columns)
    ]


def _past(pks: Collection[int], now: datetime) -> Past:
    """Given up when it takes too long: an estimate is not worth more."""
    try:
        with at_most(_PATIENCE):
            return _read_past(pks, now)
    except TookTooLong:
        return Past()


def _read_past(pks: Collection[int], now: datetime) -> Past:
    rows = Redemption.objects.filter(
        campaign__in=pks, redeemed_at__gte=now - PAST, redeemed_at__lt=now, status=Redemption.Status.SUCCEEDED
    )
    sums = rows.order_by().values_list("campaign_id", "promotion_tier_id")
    given: dict[tuple[int, int | None], int] = {}
    redemptions = 0
    for campaign, tier, discount, number in sums.annotate(Sum("discount_amount"), Count("pk")):
        given[(campaign, tier)] = discount or 0
        redemptions += number
    orders = Order.objects.filter(created_at__gte=now - PAST, created_at__lt=now)
    total = orders.order_by().aggregate(amount=Sum("total_amount"), number=Count("pk"))
    if not total["number"]:
        return Past(given=given)
    uptake = min(Decimal(1), max(_LEAST_UPTAKE, Decimal(redemptions) / total["number"]))
    amount = int(total["amount"] or 0)
    return Past(
        given=given, orders=amount // PAST.days, uptake=uptake, typical=_rounded(amount // total["number"])
    )


def _rounded(amount: int) -> int:
    """To two figures, so that it does not move with every order."""
    unit = 10 ** max(0, len(str(amount)) - 2)
    return amount // unit * unit


def segment_names(ids: Collection[str]) -> dict[str, str]:
    return dict(Segment.objects.filter(public_id__in=ids).values_list("public_id", "name"))
