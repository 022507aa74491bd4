"""Counters of rules and budgets, found by what they count: one query for all of a request.

A counter is named by a `Tally`. Which one the name of a rule or limit means for a redeemable is said here and
nowhere else; `promotions.services.counting` moves them. Contract: semantics-core 5.5, 11.5.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from core import prepared
from core.models import ProjectSettings
from engine.applicability import UnitLimit
from promotions.models import Counter

PER_TIER: Final = frozenset(
    {
        UnitLimit.TIER,
        UnitLimit.CUSTOMER_TIER,
        UnitLimit.COLLECTION_TIER,
        UnitLimit.COLLECTION_CUSTOMER_TIER,
    }
)
PER_CUSTOMER: Final = frozenset(
    {
        UnitLimit.CUSTOMER_CAMPAIGN,
        UnitLimit.COLLECTION_CUSTOMER_CAMPAIGN,
        UnitLimit.CUSTOMER_TIER,
        UnitLimit.COLLECTION_CUSTOMER_TIER,
    }
)
_PERIODS: Final = ("daily", "weekly", "monthly")
_ENDS: Final = ("", *(f".{period}" for period in _PERIODS))
OF_CAMPAIGN: Final = tuple(f"campaign.redemptions.count{end}" for end in _ENDS)
OF_CUSTOMER_IN_CAMPAIGN: Final = tuple(f"campaign.redemptions.customers_count{end}" for end in _ENDS)
OF_REDEEMABLE: Final = tuple(f"redemption.count{end}" for end in _ENDS[1:])
OF_CUSTOMER: Final = tuple(f"redemption.count.per_customer{end}" for end in _ENDS)
OF_KEY: Final = "redemption.count.per_api_key"
OF_USER: Final = "redemption.count.per_user"
ORDERS: Final = "campaign.orders.amount"
DISCOUNTS: Final = "campaign.orders.amount_discounted"
CREDITS: Final = "redemption.gift.amount"
BUDGET: Final = "used"
NEW_CUSTOMER: Final = "customer:new"
"""Somebody whom the request names and the house does not know yet: he has used nothing."""

_IN_CAMPAIGN: Final = frozenset({*OF_CAMPAIGN, *OF_CUSTOMER_IN_CAMPAIGN, ORDERS, DISCOUNTS, CREDITS})
IN_CAMPAIGN_OF_EVERYBODY: Final = _IN_CAMPAIGN - frozenset(OF_CUSTOMER_IN_CAMPAIGN)
"""Counters that are 0 for what has no campaign: there is nothing that was used."""
_BY_CUSTOMER: Final = frozenset({*OF_CUSTOMER_IN_CAMPAIGN, *OF_CUSTOMER})


class Tally(NamedTuple):
    """The name of a counter, as the columns of `Counter` have it."""

    scope: str
    scope_id: int
    subject: str
    name: str
    period: str

    @property
    def place(self) -> tuple[bool, str, int, str, str, str]:
        """Counters are always locked in this order: those of single customers first, the hottest last."""
        return (not self.subject, self.scope, self.scope_id, self.subject, self.name, self.period)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A counter as it stands; `id` is 0 for one that is not stored.

    `held` is kept by other sessions, `granted` by the one that asks.
    """

    id: int
    value: int
    held: int = 0
    granted: int = 0


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """Whose use it is, as counters name him. `customer` is empty for somebody who is not known."""

    customer: str = ""
    key: str = ""
    user: str = ""

    @classmethod
    def of(cls, *, customer_id: int | None, channel_type: str, channel_id: str) -> Subjects:
        """`channel_*` as redemptions keep them."""
        return cls(
            customer="" if customer_id is None else f"customer:{customer_id}",
            key=f"key:{channel_id}" if channel_type == "API" else "",
            user=f"user:{channel_id}" if channel_type == "USER" else "",
        )


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a redeemable's counters are: its own scope, and its campaign's."""

    own: Counter.Scope
    own_id: int
    campaign_id: int | None


def period_starts(settings: ProjectSettings, now: datetime) -> dict[str, datetime]:
    """The beginning of the running day, week and month of the project's wall clock, by their wire names."""
    zone = ZoneInfo(settings.time_zone)
    today = now.astimezone(zone).date()
    # isoweekday() has Monday 1 and Sunday 7, the wire has Sunday 0.
    into_week = (today.isoweekday() - settings.first_weekday) % 7
    days = {"daily": today, "weekly": today - timedelta(days=into_week), "monthly": today.replace(day=1)}
    return {name: datetime.combine(day, time(0), zone) for name, day in days.items()}


def periods(settings: ProjectSettings, now: datetime) -> dict[str, str]:
    """What `Counter.period` is now, by the last word of a counter's name; "" for those that never end."""
    starts = period_starts(settings, now)
    return {"": "", **{name: start.date().isoformat() for name, start in starts.items()}}


def period_of(name: str) -> str:
    last = name.rpartition(".")[2]
    return last if last in _PERIODS else ""


def tally_of(name: str, place: Place, subjects: Subjects, periods: Mapping[str, str]) -> Tally | None:
    """The counter that a rule or a limit of units means by `name`; None when there is nobody to count for."""
    limit = _limit_of(name)
    if limit is not None:
        return _unit_tally(name, limit, place, subjects)
    subject = _subject_of(name, subjects)
    if subject is None:
        return None
    if name in _IN_CAMPAIGN:
        scope, scope_id = Counter.Scope.CAMPAIGN, place.campaign_id
    else:
        scope, scope_id = place.own, place.own_id
    if scope_id is None:
        return None
    return Tally(scope.value, scope_id, subject, name, periods[period_of(name)])


def all_tallies(place: Place, subjects: Subjects, periods: Mapping[str, str]) -> Iterator[Tally]:
    """Every counter of a rule that one use of a redeemable may move, units and budgets left aside."""
    for name in (
        *OF_CUSTOMER,
        *OF_CUSTOMER_IN_CAMPAIGN,
        OF_KEY,
        OF_USER,
        *OF_REDEEMABLE,
        *OF_CAMPAIGN,
        ORDERS,
        DISCOUNTS,
        CREDITS,
    ):
        tally = tally_of(name, place, subjects, periods)
        if tally is not None:
            yield tally


def unit_tallies(entry_id: str, article: str, place: Place, subjects: Subjects) -> Iterator[Tally]:
    """Every counter of discounted units that units of `article` under an entry of a rule may move."""
    for limit in UnitLimit:
        name = f"{limit}:{entry_id}"
        if limit.value.startswith("product_in_collection"):
            name = f"{name}:{article}"
        tally = _unit_tally(name, limit, place, subjects)
        if tally is not None:
            yield tally


def load(
    wanted: Collection[Tally],
    *,
    customer_id: int | None,
    starts: Mapping[str, datetime],
    session_key: str = "",
    now: datetime,
) -> dict[Tally, Counted]:
    """These counters, those that exist. One query.

    Where a customer's uses have no counter yet they are counted from his redemptions since the beginning of
    the period (`starts`, as of `period_starts`): `id` is 0 then. Not where sessions hold something of an
    earlier period: that belongs into a counter (`holds.carry_over`). What sessions hold counts as long as
    they live at `now`; what `session_key` holds is the caller's own.
    """
    placed = sorted(wanted)
    if not placed:
        return {}
    mine = f"customer:{customer_id}"
    counts = [tally.subject == mine and tally.name in _BY_CUSTOMER for tally in placed]
    with prepared.cursor() as cursor:
        cursor.execute(
            _LOAD,
            {
                "scopes": [tally.scope for tally in placed],
                "ids": [tally.scope_id for tally in placed],
                "subjects": [tally.subject for tally in placed],
                "names": [tally.name for tally in placed],
                "periods": [tally.period for tally in placed],
                "counts": counts,
                "starts": [starts.get(period_of(tally.name)) for tally in placed],
                "customer": customer_id,
                "session": session_key,
                "now": now,
            },
        )
        rows = cursor.fetchall()
    return {
        Tally(*tally): Counted(id=pk or 0, value=value, held=held - own, granted=own)
        for pk, *tally, value, held, own in rows
    }


_LOAD: Final = """
SELECT counter.id, scope, scope_id, subject, name, period, COALESCE(counter.value, counted.uses),
       COALESCE(living.held, 0)::bigint, COALESCE(living.own, 0)::bigint
FROM unnest(%(scopes)s::text[], %(ids)s::bigint[], %(subjects)s::text[], %(names)s::text[],
            %(periods)s::text[], %(counts)s::boolean[], %(starts)s::timestamptz[])
    AS wanted(scope, scope_id, subject, name, period, is_counted, starts_at)
LEFT JOIN promotions_counter AS counter USING (scope, scope_id, subject, name, period)
LEFT JOIN LATERAL (
    SELECT COUNT(*) AS uses FROM promotions_redemption AS redemption
    WHERE redemption.customer_id = %(customer)s::bigint AND redemption.status = 'SUCCEEDED'
      AND CASE wanted.scope
          WHEN 'campaign' THEN redemption.campaign_id
          WHEN 'voucher' THEN redemption.voucher_id
          ELSE redemption.promotion_tier_id
      END = wanted.scope_id
      AND (wanted.starts_at IS NULL OR redemption.redeemed_at >= wanted.starts_at)
      AND counter.id IS NULL AND wanted.is_counted
) AS counted ON TRUE
LEFT JOIN LATERAL (
    SELECT SUM(part.amount) AS held, SUM(part.amount) FILTER (WHERE session.key = %(session)s::text) AS own
    FROM promotions_heldcount AS part
    JOIN promotions_hold AS hold ON hold.id = part.hold_id
    JOIN promotions_validationsession AS session ON session.id = hold.session_id
    WHERE part.counter_id = counter.id AND session.expires_at > %(now)s::timestamptz AND counter.held > 0
) AS living ON TRUE
WHERE counter.id IS NOT NULL OR (wanted.is_counted AND NOT EXISTS (
    SELECT 1 FROM promotions_counter AS former
    WHERE former.scope = wanted.scope AND former.scope_id = wanted.scope_id
      AND former.subject = wanted.subject AND former.name = wanted.name
      AND former.period < wanted.period AND former.held > 0
))
"""


def _limit_of(name: str) -> UnitLimit | None:
    head, colon, _ = name.partition(":")
    return UnitLimit(head) if colon and head.startswith("product_") else None


def _unit_tally(name: str, limit: UnitLimit, place: Place, subjects: Subjects) -> Tally | None:
    subject = subjects.customer if limit in PER_CUSTOMER else ""
    if limit in PER_CUSTOMER and not subject:
        return None
    if limit in PER_TIER:
        is_tier = place.own is Counter.Scope.TIER
        return Tally(place.own.value, place.own_id, subject, name, "") if is_tier else None
    if place.campaign_id is None:
        return None
    return Tally(Counter.Scope.CAMPAIGN.value, place.campaign_id, subject, name, "")


def _subject_of(name: str, subjects: Subjects) -> str | None:
    if name in _BY_CUSTOMER:
        return subjects.customer or None
    if name == OF_KEY:
        return subjects.key or None
    if name == OF_USER:
        return subjects.user or None
    return ""
