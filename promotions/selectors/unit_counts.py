"""How many units were discounted under a rule's entries before (contract: semantics-core 5.5).

Units of successful redemptions that were not rolled back: of the campaign or of one tier, of everybody or of
one customer, of the entry or of each article in it. One query, only when a rule limits units.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from django.db.models import Q, Sum

from commerce.models import Customer
from engine.applicability import Entry, UnitLimit
from engine.rules import RuleSet
from engine.unit_limits import counter
from promotions.models import DiscountedUnits, Redemption

_PER_TIER: Final = frozenset(
    {
        UnitLimit.TIER,
        UnitLimit.CUSTOMER_TIER,
        UnitLimit.COLLECTION_TIER,
        UnitLimit.COLLECTION_CUSTOMER_TIER,
    }
)
_PER_CUSTOMER: Final = frozenset(
    {
        UnitLimit.CUSTOMER_CAMPAIGN,
        UnitLimit.COLLECTION_CUSTOMER_CAMPAIGN,
        UnitLimit.CUSTOMER_TIER,
        UnitLimit.COLLECTION_CUSTOMER_TIER,
    }
)
type Rows = list[dict[str, Any]]


def limits_units(rule_sets: Iterable[RuleSet]) -> bool:
    """Does any of the rules limit units over the life of a campaign or tier?"""
    return any(entry.unit_limits for rule in rule_sets for entry in rule.applicable_to.included)


def load(*, campaigns: Collection[int], customer: Customer | None) -> Rows:
    """The sums of these campaigns, by tier, entry and article; `mine` are the customer's."""
    mine = Q(redemption__customer=customer) if customer is not None else Q(pk=None)
    rows = DiscountedUnits.objects.filter(
        redemption__campaign__in=campaigns, redemption__status=Redemption.Status.SUCCEEDED
    )
    grouped = rows.order_by().values("redemption__campaign", "redemption__promotion_tier", "entry", "article")
    return [
        dict(row)
        for row in grouped.annotate(units=Sum("quantity"), mine=Sum("quantity", filter=mine, default=0))
    ]


def counters(rows: Rows, rule_sets: Iterable[RuleSet], *, campaign: int, tier: int | None) -> dict[str, int]:
    """The counters that the rules of one candidate read, as `Candidate.unit_counts` has them."""
    found: dict[str, int] = {}
    for entry, limit in _limits(rule_sets).values():
        for row in rows:
            if row["redemption__campaign"] != campaign or row["entry"] != entry.item.id:
                continue
            if limit in _PER_TIER and row["redemption__promotion_tier"] != tier:
                continue
            name = counter(limit, entry, row["article"])
            found[name] = found.get(name, 0) + row["mine" if limit in _PER_CUSTOMER else "units"]
    return found


def _limits(rule_sets: Iterable[RuleSet]) -> dict[tuple[str, UnitLimit], tuple[Entry, UnitLimit]]:
    """Each limit of each article once, however many rules ask for it."""
    return {
        (entry.item.id, limit.limit): (entry, limit.limit)
        for rule in rule_sets
        for entry in rule.applicable_to.included
        for limit in entry.unit_limits
    }
