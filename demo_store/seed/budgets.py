"""What the demo shop may spend: a pot for the season, a limit for each channel, a number of codes a week."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from core.actors import Actor
from promotions.models import Budget, Campaign
from promotions.services import budgets
from promotions.services.budget_terms import Plan
from promotions.services.budgets import BudgetSpec


def load(*, today: datetime, actor: Actor) -> None:
    """Made before the first redemption, so that all count. `today` is midnight of the project's day."""
    begin, end = today.date() - timedelta(days=45), today.date() + timedelta(days=30)
    _budget(
        "Season",
        ("Welcome to the harbour", "Autumn beans", "Thank you for reading", "Black Friday week"),
        today,
        actor,
        plan=_by_month(begin, end, 240_000),
        measure=Budget.Measure.DISCOUNT,
        limit=240_000,
        starts_on=begin,
        ends_on=end,
    )
    _budget(
        "Shop offers",
        ("Offers in the shop",),
        today,
        actor,
        measure=Budget.Measure.DISCOUNT,
        limit=15_000,
        period=Budget.Period.MONTH,
        per=Budget.Per.CHANNEL,
    )
    _budget(
        "Newsletter codes",
        ("Thank you for reading", "Come back soon"),
        today,
        actor,
        measure=Budget.Measure.REDEMPTIONS,
        limit=12,
        period=Budget.Period.WEEK,
        thresholds=[80, 100],
    )


def _by_month(begin: date, end: date, total: int) -> Plan:
    """Twice as much a day after the first month: the season begins slowly."""
    weights: dict[date, int] = {}
    for ahead in range((end - begin).days + 1):
        month = (begin + timedelta(days=ahead)).replace(day=1)
        weights[month] = weights.get(month, 0) + (1 if month == begin.replace(day=1) else 2)
    return {month: total * weight // sum(weights.values()) for month, weight in weights.items()}


def _budget(
    name: str,
    campaigns: tuple[str, ...],
    today: datetime,
    actor: Actor,
    *,
    plan: Plan | None = None,
    **values: object,
) -> None:
    found = Campaign.objects.filter(name__in=campaigns, deleted_at=None)
    spec = BudgetSpec(
        values={"name": name, **values},
        campaign_ids=list(found.order_by("name").values_list("public_id", flat=True)),
        plan=plan,
    )
    budgets.create(spec=spec, actor=actor, now=today - timedelta(days=50))
