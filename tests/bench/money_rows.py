"""A shop to measure redemptions in: campaigns with rules and single-use codes, customers, orders of 5 lines.

A request takes a code that nobody took before, for an order that is new, so that nothing is ever refused. The
limits of the rules are real and far away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from commerce.models import Customer
from promotions.models import Campaign, ValidationRule, ValidationRuleAssignment, Voucher
from tests.bench import http_rows, workload

CAMPAIGNS: Final = 1000
CUSTOMERS: Final = 2000
LINES: Final = 5
HOT: Final = "Everybody"
_AT_ONCE: Final = 2000
_FAR_AWAY: Final = 10**12
_DISCOUNT: Final = {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"}
_FROM: Final = {"name": "order.amount", "conditions": {"$more_than_or_equal": [100]}}
_EACH: Final = {
    "name": "campaign.redemptions.customers_count",
    "conditions": {"$less_than_or_equal": [1_000_000]},
}
_BUDGET: Final = {"name": workload.BUDGET, "conditions": {"$less_than_or_equal": [_FAR_AWAY]}}


def fill(*, now: datetime) -> None:
    """The campaigns, all with a minimum order and a limit per customer; the hot one has a budget too."""
    http_rows.articles(now)
    Customer.objects.bulk_create(
        Customer(source_id=f"customer-{at}", created_at=now) for at in range(CUSTOMERS)
    )
    many = _campaigns([f"Campaign {at}" for at in range(CAMPAIGNS)], now)
    (hot,) = _campaigns([HOT], now)
    _ruled(many, {"1": _FROM, "2": _EACH}, now)
    _ruled([hot], {"1": _FROM, "2": _EACH, "3": _BUDGET}, now)


def codes(name: str, count: int, *, hot: bool, now: datetime) -> list[str]:
    """Make single-use codes, spread over the campaigns or all of the hot one; `name` begins each of them."""
    found = Campaign.objects.order_by("pk")
    keys = list((found.filter(name=HOT) if hot else found.exclude(name=HOT)).values_list("pk", flat=True))
    made = [f"{name}-{at}" for at in range(count)]
    Voucher.objects.bulk_create(
        (
            Voucher(
                code=code,
                code_key=code,
                campaign_id=keys[at % len(keys)],
                redemption_quantity=1,
                created_at=now,
            )
            for at, code in enumerate(made)
        ),
        batch_size=_AT_ONCE,
    )
    return made


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
