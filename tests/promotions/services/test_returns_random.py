"""Random orders sent back bit by bit: after every step the books of the house add up."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db.models import Sum
from rest_framework.test import APIClient

from commerce.models import Order
from promotions.models import (
    BudgetDraw,
    Campaign,
    CardTransaction,
    Counter,
    OrderReturn,
    Redemption,
    ReturnedLine,
    ReturnedShare,
    Voucher,
)
from promotions.selectors import reconcile
from tests.conftest import NOW
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import (
    CampaignFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
    percent,
)
from tests.promotions.api.returning import back, buy, counters

pytestmark = pytest.mark.django_db

ITEM_OFF = {"type": "PERCENT", "percent_off": 33, "effect": "APPLY_TO_ITEMS"}
PER_UNIT = {"type": "AMOUNT", "amount_off": 77, "effect": "APPLY_TO_ITEMS_BY_QUANTITY"}


def shop(api: APIClient, dice: random.Random) -> list[str]:
    """Codes of campaigns with every policy, conditions, limits of units, a budget, and two cards."""
    mug = api.post("/v1/products", {"source_id": "mug", "name": "Mug", "price": 777}).json()
    gift = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": mug["id"]}
    targets = {"included": [{"object": "product", "id": mug["id"], "product_campaign_quantity_limit": 50}]}
    above = {
        "1": {"name": "order.amount", "conditions": {"$more_than": [dice.choice([100, 1_500, 2_500])]}},
        "2": {"name": "campaign.orders.amount_discounted", "conditions": {"$less_than": [10**6]}},
    }
    codes = []
    for number, discount in enumerate([amount(501), percent(13), ITEM_OFF, PER_UNIT, gift]):
        policy = dice.choice(Campaign.ReturnPolicy.values)
        campaign = CampaignFactory(discount=discount, return_policy=policy)
        rule = ValidationRuleFactory(rules=above, applicable_to=targets)
        RuleAssignmentFactory(rule=rule, campaign=campaign)
        measure = dice.choice(["DISCOUNT", "ORDER_VALUE", "REDEMPTIONS", "UNITS"])
        draw(BudgetFactory(limit=10**6, measure=measure), campaign)
        codes.append(VoucherFactory(code=f"CODE-{number}", campaign=campaign, redemption_quantity=1).code)
    cards = [
        GiftCardFactory(code=f"CARD-{number}", gift_amount=dice.randint(1, 900)).code for number in (1, 2)
    ]
    return dice.sample(codes, dice.randint(1, 4)) + dice.sample(cards, dice.randint(0, 2))


def books_add_up() -> None:
    assert list(reconcile.differences(now=NOW, only=reconcile.CHECKS_BY_NAME)) == []
    counters()
    assert not Counter.objects.filter(value__lt=0).exists()
    for card in Voucher.objects.filter(type=Voucher.Type.GIFT_VOUCHER):
        rows = CardTransaction.objects.filter(voucher=card).aggregate(total=Sum("amount"))
        assert rows["total"] == card.gift_balance
    for row in OrderReturn.objects.all():
        lines = ReturnedLine.objects.filter(order_return=row).aggregate(total=Sum("refund_amount", default=0))
        assert row.refund_amount + row.credits_amount == lines["total"]
    of_returns = CardTransaction.objects.exclude(order_return=None).aggregate(total=Sum("amount", default=0))
    assert of_returns == ReturnedShare.objects.aggregate(total=Sum("credits", default=0))
    for share in ReturnedShare.objects.select_related("redemption"):
        assert 0 <= share.discount_amount <= share.redemption.discount_amount


@pytest.mark.parametrize("seed", range(12))
def test_whatever_comes_back_the_books_add_up(api: APIClient, seed: int) -> None:
    dice = random.Random(seed)
    items: list[dict[str, Any]] = [
        {"source_id": "tee", "quantity": dice.randint(6, 9), "price": dice.randint(800, 999)},
        {"source_id": "mug", "quantity": dice.randint(1, 4)},
    ]
    codes = shop(api, dice)
    buy(api, *codes, order={"source_id": "o-1", "items": items})
    order = Order.objects.get()
    paid_by_card = sum(Redemption.objects.exclude(credits=None).values_list("discount_amount", flat=True))
    left = {line.position: line.quantity for line in order.items.all()}
    books_add_up()

    refunded = credited = 0
    while any(left.values()):
        position = dice.choice([at for at, units in left.items() if units])
        units = dice.randint(1, left[position])
        left[position] -= units
        answer = back(api)  # says nothing: refused, and nothing is written
        assert answer.status_code == 400
        made = api.post(
            "/v1/orders/o-1/returns", {"items": [{"position": position, "quantity": units}]}
        ).json()
        refunded += made["refund_amount"]
        credited += made["credits_amount"]
        assert refunded <= order.total_amount
        assert credited <= paid_by_card
        books_add_up()

    assert (refunded, credited) == (order.total_amount, paid_by_card)
    assert set(Redemption.objects.values_list("status", flat=True)) == {"ROLLED_BACK"}
    assert not Voucher.objects.exclude(redeemed_quantity=0).exists()
    assert BudgetDraw.objects.aggregate(total=Sum("amount", default=0)) == {"total": 0}
    assert set(counters().values()) <= {0}
    assert (
        not CardTransaction.objects.values("voucher")
        .annotate(all=Sum("amount"))
        .exclude(all__in=Voucher.objects.exclude(gift_amount=None).values("gift_amount"))
    )


@pytest.mark.parametrize("seed", range(12, 18))
def test_a_rollback_takes_what_returns_have_left(api: APIClient, seed: int) -> None:
    dice = random.Random(seed)
    codes = shop(api, dice)
    items = [{"source_id": "tee", "quantity": 5, "price": 999}, {"source_id": "mug", "quantity": 3}]
    bought = buy(api, *codes, order={"source_id": "o-1", "items": items})
    head = bought.get("parent_redemption") or bought["redemptions"][0]
    for _ in range(dice.randint(1, 3)):
        assert back(api, {"tee": 1}).status_code == 200

    assert api.post(f"/v1/redemptions/{head['id']}/rollbacks").status_code == 200

    books_add_up()
    assert set(counters().values()) <= {0}
    for card in Voucher.objects.filter(type=Voucher.Type.GIFT_VOUCHER):
        assert card.gift_balance == card.gift_amount
