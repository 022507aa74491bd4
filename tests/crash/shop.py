"""What is for sale in one round, and whether all of it can still be had at its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils import timezone

from promotions.models import Budget, Counter, Redemption, Voucher
from promotions.services import sessions
from tests.concurrency.asking import basket
from tests.crash.calls import Line
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
)

QUANTITY: Final = 15
MOST_USES: Final = 45
CREDITS: Final = 20_000
LIMIT: Final = 12_000
EVERYTHING: Final = 10**6


@dataclass(frozen=True, kw_only=True)
class Shop:
    """Codes with a quantity, one without under a rule of its campaign, a tier, cards, and a shared budget.

    `drain` is a code that takes whatever the budget still has.
    """

    codes: list[str]
    ruled: str
    tier: str
    cards: list[str]
    drain: str
    budget_id: int
    campaign_id: int


def open_shop(name: str) -> Shop:
    """New codes, cards and campaigns; codes begin with `name`."""
    ruled, promotion = CampaignFactory(discount=amount(200)), CampaignFactory(promotion=True)
    draining = CampaignFactory(discount=amount(EVERYTHING))
    budget = BudgetFactory(limit=LIMIT, policy=Budget.Policy.GIVE_WHAT_IS_LEFT)
    draw(budget, ruled, promotion, draining)
    leaf = {"1": {"name": "campaign.redemptions.count", "conditions": {"$less_than_or_equal": [MOST_USES]}}}
    RuleAssignmentFactory(campaign=ruled, rule=ValidationRuleFactory(rules=leaf))
    codes = [f"{name}CODE-{number}" for number in range(3)]
    for code in codes:
        VoucherFactory(code=code, redemption_quantity=QUANTITY, discount=amount(100))
    VoucherFactory(code=f"{name}RULED", campaign=ruled)
    VoucherFactory(code=f"{name}DRAIN", campaign=draining)
    cards = [GiftCardFactory(code=f"{name}CARD-{n}", gift_amount=CREDITS).code for n in range(2)]
    tier = PromotionTierFactory(campaign=promotion, discount=amount(150))
    return Shop(
        codes=codes,
        ruled=f"{name}RULED",
        tier=tier.public_id,
        cards=cards,
        drain=f"{name}DRAIN",
        budget_id=budget.pk,
        campaign_id=ruled.pk,
    )


def use_up(shop: Shop, line: Line) -> Iterator[str]:
    """Use everything that is left, over HTTP; yields one line for each limit that is not used up exactly."""
    while sessions.tidy_away(now=timezone.now() + timedelta(days=30)):
        pass
    for code in shop.codes:
        yield from _until_refused(line, code)
        used = Redemption.objects.filter(voucher__code=code, status=Redemption.Status.SUCCEEDED).count()
        if used != QUANTITY:
            yield f"{code}: {used} of {QUANTITY} uses could be had"
    for card in shop.cards:
        left = Voucher.objects.get(code=card).gift_balance or 0
        for credits, expected in ((left + 1, 400), (left, 200)) if left else ((1, 400),):
            status, _ = line.insist(
                "POST", "/v1/redemptions", basket(card, amount=EVERYTHING, credits={card: credits})
            )
            if status != expected:
                yield f"{card}: {credits} of {left} credits were answered with {status}"
    yield from _until_refused(line, shop.ruled)
    used = Redemption.objects.filter(campaign=shop.campaign_id, status=Redemption.Status.SUCCEEDED).count()
    counter = Counter.objects.get(scope=Counter.Scope.BUDGET, scope_id=shop.budget_id)
    if used != MOST_USES and counter.value != LIMIT:
        yield f"{shop.ruled}: {used} of {MOST_USES} uses could be had"
    yield from _until_refused(line, shop.drain)
    counter.refresh_from_db()
    if (counter.value, counter.held) != (LIMIT, 0):
        yield f"budget: {counter.value} of {LIMIT} could be had, {counter.held} held"


def _until_refused(line: Line, code: str) -> Iterator[str]:
    """Use it as long as that goes; anything else than a refusal at the end is told."""
    while True:
        status, wire = line.insist("POST", "/v1/redemptions", basket(code, amount=EVERYTHING))
        if status == 400:
            return
        if status != 200:
            yield f"{code}: {status} {wire.get('key')}"
            return
