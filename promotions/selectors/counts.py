"""How often and for how much something was used before: the counters that rules compare.

Contract: semantics-core 11.5. Successful redemptions that were not rolled back, in calendar periods of the
project's time zone. One query for each kind of counted thing, only for counters that a rule reads. Whoever
decides on a count holds the row of what is counted (`lock_counted`), or two would both take the last use.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from commerce.models import Customer
from core.actors import Actor
from core.exact import exact
from core.models import ProjectSettings
from promotions.models import Redemption

_OF_CAMPAIGN: Final = "campaign.redemptions.count"
_OF_CUSTOMER_IN_CAMPAIGN: Final = "campaign.redemptions.customers_count"
_OF_REDEEMABLE: Final = "redemption.count"
_OF_CUSTOMER: Final = "redemption.count.per_customer"
_OF_KEY: Final = "redemption.count.per_api_key"
_OF_USER: Final = "redemption.count.per_user"
_AMOUNT: Final = "campaign.orders.amount"
_DISCOUNT: Final = "campaign.orders.amount_discounted"
_GIFT: Final = "redemption.gift.amount"

_EVER_AND_PERIODS: Final = ("", ".daily", ".weekly", ".monthly")
NOTHING: Final[Mapping[str, int]] = dict.fromkeys(
    (_AMOUNT, _DISCOUNT, _GIFT, *(f"{_OF_CAMPAIGN}{end}" for end in _EVER_AND_PERIODS)), 0
)
"""Counters that are 0 where there is nothing to count: codes without a campaign, no gift cards."""


@dataclass(frozen=True, kw_only=True)
class CountingFor:
    """Whose uses count, and from when each period counts.

    `is_identified`: the request says who the customer is, even if he is new here.
    """

    customer: Customer | None
    is_identified: bool
    actor: Actor
    starts: Mapping[str, datetime]


def counting_for(
    *,
    customer: Customer | None,
    payload: Mapping[str, Any] | None,
    actor: Actor,
    settings: ProjectSettings,
    now: datetime,
) -> CountingFor:
    """`payload` is the customer as the request describes him."""
    named = any((payload or {}).get(name) for name in ("id", "source_id", "email"))
    return CountingFor(
        customer=customer,
        is_identified=customer is not None or named,
        actor=actor,
        starts=period_starts(settings, now),
    )


def period_starts(settings: ProjectSettings, now: datetime) -> dict[str, datetime]:
    """The beginning of the running day, week and month of the project's wall clock."""
    zone = ZoneInfo(settings.time_zone)
    today = now.astimezone(zone).date()
    # Django's weekday() has Monday 0, the wire has Sunday 0.
    into_week = (today.isoweekday() - settings.first_weekday) % 7
    days = {"daily": today, "weekly": today - timedelta(days=into_week), "monthly": today.replace(day=1)}
    return {name: datetime.combine(day, time(0), zone) for name, day in days.items()}


def of_campaigns(
    campaigns: Collection[int], names: Collection[str], scope: CountingFor
) -> dict[int, dict[str, int]]:
    """Counters of campaigns by primary key, under the names that rules use."""
    wanted = {name for name in names if name.startswith("campaign.")}
    return _counted("campaign", campaigns, wanted, scope)


def of_vouchers(
    vouchers: Collection[int], names: Collection[str], scope: CountingFor
) -> dict[int, dict[str, int]]:
    """Counters of vouchers."""
    return _counted("voucher", vouchers, _own(names), scope)


def of_tiers(tiers: Collection[int], names: Collection[str], scope: CountingFor) -> dict[int, dict[str, int]]:
    """Counters of promotion tiers."""
    return _counted("promotion_tier", tiers, _own(names), scope)


def metadata_of(row: Any) -> Mapping[str, Any]:
    """The metadata of a voucher or tier, exact."""
    metadata: Mapping[str, Any] = {} if row is None else exact(row.metadata)
    return metadata


def _own(names: Collection[str]) -> set[str]:
    return {name for name in names if name.startswith("redemption.") and name != _GIFT}


def _counted(
    column: str, keys: Collection[int], names: Collection[str], scope: CountingFor
) -> dict[int, dict[str, int]]:
    # A counter of nobody stays away: its rule then says that a customer is missing.
    aggregates = {name: aggregate for name in names if (aggregate := _aggregate(name, scope)) is not None}
    if not keys or not aggregates:
        return {}
    # Aliases may not hold dots.
    aliases = {name.replace(".", "__dot__"): name for name in aggregates}
    rows: QuerySet[Any] = Redemption.objects.filter(
        **{f"{column}__in": keys}, status=Redemption.Status.SUCCEEDED
    )
    summed = rows.order_by().values(column).annotate(**{a: aggregates[n] for a, n in aliases.items()})
    nothing = dict.fromkeys(aggregates, 0)
    found = {key: dict(nothing) for key in keys}
    for row in summed:
        found[row[column]] = {name: row[alias] for alias, name in aliases.items()}
    return found


def _aggregate(name: str, scope: CountingFor) -> Any:
    if name == _AMOUNT:
        return Coalesce(Sum("order_amount"), 0)
    if name == _DISCOUNT:
        return Coalesce(Sum("discount_amount"), 0)
    base, _, period = name.rpartition(".")
    if period not in scope.starts:
        base, period = name, ""
    which = Q(redeemed_at__gte=scope.starts[period]) if period else Q()
    if base in (_OF_CUSTOMER, _OF_CUSTOMER_IN_CAMPAIGN):
        if scope.customer is None and not scope.is_identified:
            return None
        # Whom the house does not know yet has used nothing.
        which &= Q(customer=scope.customer) if scope.customer is not None else Q(pk=None)
    elif base == _OF_KEY:
        which &= Q(channel_type="API", channel_id=scope.actor.id)
    elif base == _OF_USER:
        which &= Q(channel_type="USER", channel_id=scope.actor.id)
    elif base not in (_OF_CAMPAIGN, _OF_REDEEMABLE):
        return None
    return Count("pk", filter=which) if which else Count("pk")
