"""A shop to measure redemptions in: campaigns with rules and single-use codes, customers, orders of 5 lines.

A request takes a code that nobody took before, for an order that is new, so that nothing is ever refused. The
limits of the rules are real and far away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from commerce.models import Customer
from core.actors import Actor
from promotions.models import Campaign, ValidationRule, ValidationRuleAssignment, Voucher
from promotions.services import budgets, versions
from promotions.services.budgets import BudgetSpec
from tests.bench import copies, http_rows, workload

CAMPAIGNS: Final = 1000
CUSTOMERS: Final = 20_000
LINES: Final = 5
_FAR_AWAY: Final = 10**12
_DISCOUNT: Final = {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"}
_FROM: Final = {"name": "order.amount", "conditions": {"$more_than_or_equal": [100]}}
_EACH: Final = {
    "name": "campaign.redemptions.customers_count",
    "conditions": {"$less_than_or_equal": [1_000_000]},
}
_BUDGET: Final = {"name": workload.BUDGET, "conditions": {"$less_than_or_equal": [_FAR_AWAY]}}


class Group(StrEnum):
    """Which campaigns a request goes to: one of very many, or always the same one, which has a budget."""

    MANY = "Campaign"
    RULE = "One with the budget in its rule"
    POOL = "One that draws on a shared budget"


def fill(*, now: datetime) -> None:
    """Customers, articles, and the campaigns: all have a minimum order and a limit per customer."""
    http_rows.articles(now)
    copies.insert(
        Customer.objects.create(source_id="customer-0", created_at=now),
        {"public_id": "'cust_bench' || at", "source_id": "'customer-' || at"},
        "generate_series(1, %(last)s) AS at",
        {"last": CUSTOMERS - 1},
    )
    many = _campaigns([f"{Group.MANY} {at}" for at in range(CAMPAIGNS)], now)
    ruled, pooled = _campaigns([Group.RULE, Group.POOL], now)
    _ruled([*many, pooled], {"1": _FROM, "2": _EACH}, now)
    _ruled([ruled], {"1": _FROM, "2": _EACH, "3": _BUDGET}, now)
    actor = Actor.system("bench")
    for _ in versions.note_missing(actor=actor, now=now):
        pass
    shared = BudgetSpec(values={"name": "Shared", "limit": _FAR_AWAY}, campaign_ids=[pooled.public_id])
    budgets.create(spec=shared, actor=actor, now=now)


def campaigns(group: Group) -> list[int]:
    """Their primary keys."""
    found = Campaign.objects.filter(name__startswith=group).order_by("pk")
    return list(found.values_list("pk", flat=True))


def codes(name: str, count: int, group: Group, *, now: datetime) -> list[str]:
    """Make single-use codes, spread over the campaigns of the group; `name` begins each of them."""
    keys = campaigns(group)
    first = Voucher.objects.create(
        code=f"{name}-0", code_key=f"{name}-0", campaign_id=keys[0], redemption_quantity=1, created_at=now
    )
    copies.insert(
        first,
        {
            "public_id": "'v_' || %(name)s || at",
            "code": "%(name)s || '-' || at",
            "code_key": "%(name)s || '-' || at",
            "campaign_id": "(%(keys)s::bigint[])[1 + at %% %(campaigns)s]",
        },
        "generate_series(1, %(last)s) AS at",
        {"name": name, "last": count - 1, "keys": keys, "campaigns": len(keys)},
    )
    return [f"{name}-{at}" for at in range(count)]


def bodies(names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One request for each code: a customer of the shop, a new order of five known articles."""
    orders = workload.orders(len(names), LINES)
    for at, (code, order) in enumerate(zip(names, orders, strict=True)):
        yield {
            "redeemables": [{"object": "voucher", "id": code}],
            "customer": {"source_id": f"customer-{at % CUSTOMERS}"},
            "order": {**http_rows.order_wire(order), "source_id": f"order-{code}"},
        }


def _campaigns(names: Sequence[str], now: datetime) -> list[Campaign]:
    return Campaign.objects.bulk_create(
        Campaign(
            name=name,
            campaign_type=Campaign.CampaignType.DISCOUNT_COUPONS,
            discount=_DISCOUNT,
            created_at=now,
        )
        for name in names
    )


def _ruled(campaigns: Sequence[Campaign], rules: dict[str, Any], now: datetime) -> None:
    """Every campaign with a rule of its own."""
    made = ValidationRule.objects.bulk_create(
        ValidationRule(name=f"Terms of {row.name}", rules=rules, created_at=now) for row in campaigns
    )
    ValidationRuleAssignment.objects.bulk_create(
        ValidationRuleAssignment(rule=rule, campaign=row, created_at=now)
        for rule, row in zip(made, campaigns, strict=True)
    )
