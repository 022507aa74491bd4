"""Gift cards beside discounts on any order: no money is made or lost, and a rollback undoes it exactly."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commerce.models import Order
from commerce.selectors.orders import ItemSpec, OrderSpec
from core.actors import Actor
from promotions.models import CardTransaction, Redemption, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import redemptions, rollbacks
from promotions.services.redemptions import Redeemed
from promotions.services.rollbacks import RollbackSpec
from promotions.services.validations import DecisionSpec
from tests.conftest import NOW
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import RuleAssignmentFactory, ValidationRuleFactory, VoucherFactory, amount

ACTOR = Actor.system("tests")
BALANCE = st.integers(0, 6_000)
coupons = st.one_of(
    st.integers(1, 100).map(lambda off: {"type": "PERCENT", "percent_off": off, "effect": "APPLY_TO_ORDER"}),
    st.integers(1, 4_000).map(amount),
    st.integers(1, 4_000).map(lambda off: {"type": "AMOUNT", "amount_off": off, "effect": "APPLY_TO_ITEMS"}),
)
cards = st.tuples(BALANCE, st.none() | BALANCE, st.sampled_from(Voucher.GiftEffect.values))
parts = st.lists(coupons | cards, min_size=1, max_size=4)
baskets = st.lists(st.tuples(st.integers(0, 2_500), st.integers(1, 3)), min_size=1, max_size=4)


def make(place: int, part: Any, rule: Any) -> Requested:
    """A coupon or a card, both for all items where they are about items."""
    if isinstance(part, dict):
        row = VoucherFactory(code=f"COUPON-{place}", discount=part)
        credits = None
    else:
        balance, credits, effect = part
        row = GiftCardFactory(code=f"CARD-{place}", gift_amount=balance, gift_effect=effect)
    RuleAssignmentFactory(voucher=row, rule=rule)
    return Requested(object="voucher", id=row.code, credits=credits)


def balances() -> dict[str, int]:
    found = Voucher.objects.filter(type=Voucher.Type.GIFT_VOUCHER)
    return {row.code: row.gift_balance or 0 for row in found}


def ledger_sums() -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in CardTransaction.objects.select_related("voucher"):
        sums[row.voucher.code] = sums.get(row.voucher.code, 0) + row.amount
    return sums


def redeem(requested: tuple[Requested, ...], basket: list[tuple[int, int]]) -> Redeemed | None:
    items = tuple(
        ItemSpec(source_id=f"item-{place}", price=price, quantity=quantity)
        for place, (price, quantity) in enumerate(basket)
    )
    spec = DecisionSpec(redeemables=requested, order=OrderSpec(source_id="web-1", items=items))
    try:
        return redemptions.redeem(spec=spec, actor=ACTOR, now=NOW)
    except NotRedeemable:
        return None


def check(parts: list[Any], basket: list[tuple[int, int]]) -> None:
    rule = ValidationRuleFactory(rules={}, applicable_to={"included_all": True})
    requested = tuple(make(place, part, rule) for place, part in enumerate(parts))
    before, value = balances(), sum(price * quantity for price, quantity in basket)

    redeemed = redeem(requested, basket)

    after = balances()
    assert ledger_sums() == after
    if redeemed is None:
        assert after == before
        assert not Order.objects.exists()
        return
    order = redeemed.order
    assert order is not None
    assert order.amount == value
    assert order.total_amount + order.total_discount_amount == value
    assert order.total_amount >= 0
    rows = redeemed.redemptions
    assert sum(row.discount_amount for row in rows) == order.total_discount_amount
    paid = {row.voucher.code: row.credits for row in rows if row.voucher and row.credits is not None}
    assert {code: before[code] - after[code] for code in paid} == paid
    assert all(row.discount_amount == row.credits for row in rows if row.credits is not None)
    asked = {one.id: one.credits for one in requested if one.credits is not None}
    assert all(paid[code] <= most for code, most in asked.items() if code in paid)

    head = redeemed.parent or rows[0]
    rollbacks.roll_back(redemption_id=head.public_id, spec=RollbackSpec(), actor=ACTOR, now=NOW, stacked=True)

    assert balances() == before == ledger_sums()
    order.refresh_from_db()
    assert (order.total_amount, order.status) == (value, Order.Status.CANCELED)
    assert not Redemption.objects.filter(status=Redemption.Status.SUCCEEDED).exists()


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(parts=parts, basket=baskets)
def test_money_is_conserved(db: None, parts: list[Any], basket: list[tuple[int, int]]) -> None:
    with transaction.atomic():
        check(parts, basket)
        transaction.set_rollback(True)
