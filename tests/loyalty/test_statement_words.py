"""Lines of a ledger as people read them."""

from __future__ import annotations

from typing import Any

import pytest

from commerce.models import Order
from loyalty import statement_words
from loyalty.models import Earning, EarningRule, LoyaltyTier, PointsTransaction, RewardRedemption
from promotions.models import OrderReturn, Redemption, Reward, Voucher

pytestmark = pytest.mark.django_db  # the currency is the project's
Type, Account = PointsTransaction.Type, PointsTransaction.Account
ORDER = Order(source_id="A-1", public_id="ord_1")
PER_EURO: dict[str, Any] = {
    "type": "PROPORTIONAL",
    "calculation_type": "ORDER_TOTAL_AMOUNT",
    "order": {"total_amount": {"every": 100, "points": 1}},
}


def earning(basis: dict[str, Any], *, order: Order | None = ORDER, event: str = "order.paid") -> Earning:
    return Earning(rule=EarningRule(event=event, loyalty=PER_EURO), basis=basis, order=order)


def said(kind: str, *, account: str = Account.PROGRAMME, **values: Any) -> str:
    line = PointsTransaction(type=kind, account=account, amount=1, balance=1, **values)
    return statement_words.say(line).text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("basis", "details", "expected"),
    [
        ({}, {}, "1 point for every 1.00 EUR paid after discounts"),
        ({"points": 20}, {}, "20 points"),
        (
            {"points": 2, "metric": "ORDER_TOTAL_AMOUNT", "every": 100, "value": 4270, "multiplier": "1.5"},
            {"loyalty_tier": {"id": "ltr_1", "name": "Gold"}},
            "2 points for every 1.00 EUR paid after discounts: 42.70 EUR, × 1.5 for Gold",
        ),
        (
            {"points": 3, "metric": "ORDER_ITEMS_QUANTITY", "every": 2, "value": 5, "limit": 4},
            {},
            "3 points for every 2 units bought: 5, limited to 4 points",
        ),
        (
            {"points": 5},
            {"loyalty_tier": {"id": "ltr_1", "name": "Gold"}},
            "5 points, as for Gold",
        ),
    ],
)
def test_says_why_so_many(basis: dict[str, Any], details: dict[str, Any], expected: str) -> None:
    found = statement_words.basis(earning(basis), details)

    assert found.replace("\N{NO-BREAK SPACE}", " ") == expected


def test_says_what_earned_points() -> None:
    of_order = earning({"points": 20})
    of_event = earning({"points": 20}, order=None, event="review_written")

    assert said(Type.ACCRUAL, earning=of_order) == "Earned with order A-1: 20 points"
    assert said(Type.ACTIVATION, earning=of_order) == "Usable now, earned with order A-1: 20 points"
    assert said(Type.ACCRUAL, earning=of_event) == "Earned: the event “review_written” comes in: 20 points"
    assert said(Type.ISSUED) == "Points for joining"


def test_says_what_points_were_spent_on() -> None:
    order = Redemption(order=ORDER)
    mug = Redemption()
    mug.reward_redemption = RewardRedemption(
        reward=Reward(name="Mug", type=Reward.Type.MATERIAL), tier=LoyaltyTier(name="Gold"), is_automatic=True
    )

    assert said(Type.REDEMPTION, redemption=order, account=Account.SPENT) == "Paid order A-1"
    assert said(Type.REFUND, redemption=order, account=Account.SPENT) == "Given back of order A-1"
    assert (
        said(Type.REDEMPTION, redemption=mug, account=Account.SPENT)
        == "Reward: Mug, redeemed by itself, priced for Gold"
    )


def test_says_what_was_taken_back() -> None:
    back = OrderReturn(order=ORDER)

    assert (
        said(Type.REMOVAL, account=Account.REVERSED, order_return=back, reason="Goods came back")
        == "Points taken back of order A-1: Goods came back"
    )
    assert (
        said(Type.ADDITION, account=Account.WRITTEN_OFF, earning=earning({"points": 1}))
        == "Debt written off of order A-1: The points were spent before the goods came back"
    )


def test_says_who_moved_points_and_why() -> None:
    other = PointsTransaction(voucher=Voucher(code="BEN"))
    by_hand = {"account": Account.ADJUSTED, "source": "Sue", "reason": "Late"}

    assert said(Type.ADDITION, **by_hand) == "Added by Sue: Late"
    assert said(Type.REMOVAL, **by_hand) == "Taken away by Sue: Late"
    assert said(Type.TRANSFER_IN, related=other, reason="Gift") == "Moved from card BEN: Gift"
    assert (
        said(Type.TRANSFER_OUT, details={"destination_voucher": {"id": "v_1", "code": "CARA"}})
        == "Moved to card CARA"
    )
    assert said(Type.EXPIRATION, account=Account.EXPIRED) == "Expired unused"
