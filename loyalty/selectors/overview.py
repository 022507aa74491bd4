"""The figures on top of a programme, and what its tables show; each in a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from loyalty.models import EarningRule, LoyaltyCard, LoyaltyTier, RewardRedemption
from loyalty.programme_words import items, metric
from loyalty.selectors import earning_rules, finance
from loyalty.selectors.finance import Month, Outstanding
from promotions.models import RewardAssignment
from promotions.selectors import rewards


@dataclass(frozen=True, kw_only=True)
class Figures:
    """`month` is the running one; cards exist from when they are given out."""

    held: Outstanding
    month: Month


def figures(programmes: Collection[int], today: date) -> Mapping[int, Figures]:
    """By primary key of the programme."""
    if not programmes:
        return {}
    held, courses = finance.outstanding(programmes), finance.course(programmes, today, today)
    return {pk: Figures(held=held[pk], month=courses[pk][0]) for pk in programmes}


def rules(programme: int) -> list[EarningRule]:
    """Live ones in the order in which they were made, with what their sentence names."""
    return list(earning_rules.printable(earning_rules.of_programme(programme)).order_by("pk"))


def given_by(rules: Iterable[EarningRule]) -> Mapping[int, int]:
    """How often each rule gave points."""
    found = EarningRule.objects.filter(pk__in=[rule.pk for rule in rules])
    return dict(found.values_list("pk").annotate(number=Count("earnings")).order_by())


def named(rules: Iterable[EarningRule]) -> list[str]:
    """`product:prod_…` of everything that these rules count."""
    return [one for rule in rules for one in items(metric(rule.loyalty))]


def tier_names(rules: Iterable[EarningRule]) -> dict[str, str]:
    """By public id: tiers, of any programme, whose changes these rules answer to."""
    wanted = {rule.loyalty_tier_id for rule in rules if rule.loyalty_tier_id}
    if not wanted:
        return {}
    return dict(LoyaltyTier.objects.filter(public_id__in=wanted).values_list("public_id", "name"))


def holders_of(tiers: Sequence[LoyaltyTier]) -> Mapping[int, int]:
    """How many members hold each tier."""
    rows = LoyaltyCard.objects.filter(tier__in=[tier.pk for tier in tiers])
    return dict(rows.values_list("tier").annotate(number=Count("pk")).order_by())


def assignments(programme: int) -> list[RewardAssignment]:
    """Live rewards of a programme with what they give, the cheapest first, paying with points last."""
    rows = list(rewards.assignments().filter(campaign=programme).order_by("pk"))
    return sorted(rows, key=lambda row: (row.points is None, row.points or 0, row.pk))


def to_hand_over(programme: int | None = None) -> QuerySet[RewardRedemption]:
    """Rewards that wait for somebody who hands them over, the oldest first."""
    found = RewardRedemption.objects.filter(state=RewardRedemption.State.PENDING)
    if programme is not None:
        found = found.filter(card__campaign=programme)
    return found.order_by("redemption")
