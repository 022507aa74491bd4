"""Returns of one order at once: never more units than were bought, never more money than was paid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from commerce.models import Order
from commerce.selectors.orders import ItemSpec, OrderSpec
from core.actors import Actor
from promotions.models import CardTransaction, Counter, OrderReturn, Redemption, ReturnedLine, Voucher
from promotions.redeemables import Requested
from promotions.services import redemptions, returns, rollbacks, vouchers
from promotions.services.returns import InvalidReturn, OrderNotPaid, ReturnedItem, ReturnSpec
from promotions.services.rollbacks import AlreadyRolledBack, RollbackSpec
from promotions.services.validations import DecisionSpec
from promotions.services.vouchers import VoucherSpec
from tests.concurrency.conftest import Answer
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)

ACTOR = Actor.system("race")
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
UNITS = 10


def buy() -> Redemption:
    """10 units at 3.33, of which a card pays 20.00."""
    vouchers.create(spec=VoucherSpec(code="CARD", values={"gift": {"amount": 2_000}}), actor=ACTOR, now=NOW)
    order = OrderSpec(source_id="o-1", items=(ItemSpec(source_id="tee", quantity=UNITS, price=333),))
    spec = DecisionSpec(redeemables=(Requested(object="voucher", id="CARD"),), order=order)
    return redemptions.redeem(spec=spec, actor=ACTOR, now=NOW).redemptions[0]


def send_back(units: int) -> int:
    """Units that came back: all or none."""
    spec = ReturnSpec(items=(ReturnedItem(source_id="tee", quantity=units),))
    try:
        returns.create(order_ref="o-1", spec=spec, actor=ACTOR, now=NOW)
    except (InvalidReturn, OrderNotPaid):
        return 0
    return units


def card() -> int | None:
    """Its balance, which is the sum of its ledger."""
    found = Voucher.objects.get(code="CARD")
    assert sum(CardTransaction.objects.values_list("amount", flat=True)) == found.gift_balance
    return found.gift_balance


def test_many_returns_at_once_never_exceed_what_was_bought(at_once: AtOnce) -> None:
    buy()

    units = at_once([lambda number=number: send_back(1 + number % 3) for number in range(16)])

    # Who came last may have wanted more than was left.
    left = UNITS - sum(units)
    returned = sum(units) + (send_back(left) if left else 0)
    lines = ReturnedLine.objects.values_list("quantity", flat=True)
    assert (
        returned
        == sum(lines)
        == sum(item["quantity"] for entry in Order.objects.get().returned.values() for item in entry["items"])
    )
    assert returned == UNITS
    rows = OrderReturn.objects.all()
    assert sum(row.refund_amount for row in rows) == 1_330
    assert sum(row.credits_amount for row in rows) == 2_000
    assert [row.is_complete for row in rows.order_by("pk")][-1] is True
    assert card() == 2_000
    assert not Counter.objects.filter(value__lt=0).exists()


def test_returns_and_a_rollback_at_once_give_the_card_its_credits_once(at_once: AtOnce) -> None:
    redemption = buy()

    def roll_back() -> int:
        try:
            rollbacks.roll_back(redemption_id=redemption.public_id, spec=RollbackSpec(), actor=ACTOR, now=NOW)
        except AlreadyRolledBack:
            return 0
        return 1

    done = at_once([*[lambda: send_back(2) for _ in range(5)], roll_back])

    assert card() == 2_000
    assert Redemption.objects.get().status == Redemption.Status.ROLLED_BACK
    assert sum(done[:5]) <= UNITS
    assert Voucher.objects.get().redeemed_quantity == 0


def test_the_same_call_50_times_under_one_key_is_one_return(
    at_once: AtOnce, call: Callable[..., Answer]
) -> None:
    buy()
    body = {"items": [{"source_id": "tee", "quantity": 1}]}

    answers = at_once([lambda: call("POST", "/v1/orders/o-1/returns", body, key="k-1") for _ in range(50)])

    assert {status for status, _ in answers} <= {200, 409}
    ids = {answer["id"] for status, answer in answers if status == 200}
    assert len(ids) == 1
    assert OrderReturn.objects.count() == 1
    assert card() == 200
