"""Many calls of the service from many threads: exact counts, and nobody sees a deadlock.

The same over HTTP, in smaller numbers: `test_redemption_race.py`.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest

from commerce.models import Customer, Order
from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from promotions.models import Redemption, Rollback, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import redemptions, rollbacks
from promotions.services.rollbacks import AlreadyRolledBack, RollbackSpec
from promotions.services.validations import DecisionSpec
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, VoucherFactory, amount

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROUNDS = 150

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
Redeem = Callable[..., str]
TakeBack = Callable[[str], str]


@pytest.fixture
def redeem(actor: Actor, now: datetime) -> Redeem:
    """`redeem("A", "promo_…", order=…, customer=…)` -> the redemption's id, or the key of the refusal."""

    def run(*ids: str, order: str | None = None, customer: str | None = None) -> str:
        spec = DecisionSpec(
            redeemables=tuple(
                Requested(object="promotion_tier" if name.startswith("promo_") else "voucher", id=name)
                for name in ids
            ),
            order=OrderSpec(source_id=order, amount=10_000) if order != "" else None,
            customer={"source_id": customer} if customer else None,
        )
        try:
            done = redemptions.redeem(spec=spec, actor=actor, now=now)
        except NotRedeemable as refusal:
            return refusal.key
        return (done.parent or done.redemptions[0]).public_id

    return run


@pytest.fixture
def take_back(actor: Actor, now: datetime) -> TakeBack:
    """The rollback's id, or the key of the refusal."""

    def run(redemption_id: str) -> str:
        try:
            done = rollbacks.roll_back(
                redemption_id=redemption_id, spec=RollbackSpec(), actor=actor, now=now, stacked=True
            )
        except AlreadyRolledBack as refusal:
            return refusal.key
        return (done.parent or done.rollbacks[0]).public_id

    return run


def is_id(answer: str) -> bool:
    return answer.startswith(("r_", "rr_"))


def test_a_thousand_calls_for_a_hundred_one_use_codes(
    redeem: Redeem, at_once: AtOnce, given_up: list[float]
) -> None:
    codes = [f"SINGLE-{number}" for number in range(100)]
    for code in codes:
        VoucherFactory(code=code, redemption_quantity=1)

    def all_in_turn() -> list[tuple[str, bool | str]]:
        answers = [(code, redeem(code)) for code in codes]
        return [(code, is_id(answer) or answer) for code, answer in answers]

    answers = Counter(answer for batch in at_once([all_in_turn] * 10) for answer in batch)

    assert answers == Counter(
        {(code, True): 1 for code in codes} | {(code, "quantity_exceeded"): 9 for code in codes}
    )
    assert Counter(Redemption.objects.values_list("status", flat=True)) == {"SUCCEEDED": 100, "FAILED": 900}
    assert Order.objects.count() == 100
    assert given_up == []


def test_sixteen_callers_use_up_a_quantity_of_a_hundred(
    redeem: Redeem, at_once: AtOnce, given_up: list[float]
) -> None:
    VoucherFactory(code="HUNDRED", redemption_quantity=100)

    def many() -> list[str]:
        return [redeem("HUNDRED", customer="many") for _ in range(40)]

    answers = [answer for batch in at_once([many] * 16) for answer in batch]

    assert Counter(is_id(answer) or answer for answer in answers) == {True: 100, "quantity_exceeded": 540}
    assert Voucher.objects.get().redeemed_quantity == 100
    customer = Customer.objects.get()
    assert (customer.redemptions_succeeded, customer.redemptions_failed) == (100, 540)
    assert given_up == []


def test_five_hundred_stacks_in_crossed_order(redeem: Redeem, at_once: AtOnce, given_up: list[float]) -> None:
    campaign = CampaignFactory(promotion=True)
    names = [VoucherFactory(code=f"C{n}", redemption_quantity=45, discount=amount(5)).code for n in range(16)]
    names += [PromotionTierFactory(campaign=campaign, discount=amount(5)).public_id for _ in range(4)]
    chance = random.Random(6)
    stacks = [chance.sample(names, chance.randint(2, 5)) for _ in range(504)]

    def some(part: list[list[str]]) -> list[str]:
        return [redeem(*stack) for stack in part]

    answers = [
        answer
        for batch in at_once([lambda part=stacks[number::8]: some(part) for number in range(8)])
        for answer in batch
    ]

    told = Counter(is_id(answer) or answer for answer in answers)
    assert set(told) == {True, "quantity_exceeded"}
    assert told.total() == 504
    assert Redemption.objects.filter(related_object_type="redemption").count() == told[True]
    # All of a stack or none: the children of each parent are those of one request.
    asked = Counter(tuple(sorted(stack)) for stack in stacks)
    got: dict[int | None, list[str]] = {}
    for child in Redemption.objects.filter(parent__isnull=False).select_related("promotion_tier"):
        tier = child.promotion_tier
        got.setdefault(child.parent_id, []).append(tier.public_id if tier else child.voucher_code)
    assert Counter(tuple(sorted(stack)) for stack in got.values()) <= asked
    assert Redemption.objects.filter(result="FAILURE").count() == told["quantity_exceeded"]
    assert given_up == []


def test_stacks_are_taken_back_in_crossed_order_while_others_redeem(
    redeem: Redeem, take_back: TakeBack, at_once: AtOnce, given_up: list[float]
) -> None:
    """Codes, tiers and a customer, without an order in between that would put the callers in a row."""
    campaign = CampaignFactory(promotion=True)
    names = [VoucherFactory(code=f"C{n}", discount=amount(5)).code for n in range(3)]
    names += [PromotionTierFactory(campaign=campaign, discount=amount(5)).public_id for _ in range(3)]

    def there_and_back(seed: int) -> int:
        chance = random.Random(seed)
        kept = 0
        for turn in range(12):
            stack = chance.sample(names, 4)
            done = redeem(*stack, order="" if turn % 2 else None, customer="one")
            assert is_id(done), done
            if turn % 3:
                assert is_id(take_back(done))
            else:
                kept += 1
        return kept

    kept = sum(at_once([lambda seed=seed: there_and_back(seed) for seed in range(8)]))

    assert kept == 32
    assert Redemption.objects.filter(parent__isnull=False, status="SUCCEEDED").count() == kept * 4
    assert Rollback.objects.filter(parent__isnull=False).count() == (96 - kept) * 4
    assert given_up == []


def test_a_hundred_rounds_of_rollback_rollback_and_redemption(
    redeem: Redeem, take_back: TakeBack, three_at_once: AtOnce, given_up: list[float]
) -> None:
    code = VoucherFactory(code="ONCE", redemption_quantity=1)
    successes = taken_back = 0

    for _ in range(100):
        first = redeem("ONCE", customer="one")
        assert is_id(first)

        one, other, again = three_at_once(
            [
                lambda first=first: take_back(first),
                lambda first=first: take_back(first),
                lambda: redeem("ONCE", customer="one"),
            ]
        )

        assert Counter([is_id(one) or one, is_id(other) or other]) == {True: 1, "already_rolled_back": 1}
        assert is_id(again) or again == "quantity_exceeded"
        successes += 1 + is_id(again)
        taken_back += 1
        code.refresh_from_db()
        assert code.redeemed_quantity == successes - taken_back == is_id(again)
        if is_id(again):
            assert is_id(take_back(again))
            taken_back += 1

    assert Redemption.objects.filter(result="SUCCESS").count() == successes
    assert Rollback.objects.count() == taken_back == successes
    assert given_up == []


def test_one_order_from_web_and_till_at_once(redeem: Redeem, at_once: AtOnce, given_up: list[float]) -> None:
    """The totals are those of one of the two serial orders, and tell which."""
    VoucherFactory(code="WEB")
    VoucherFactory(code="TILL", discount=amount(1_500))
    serial = {
        # 10 % of 100.00, then 15.00; or 15.00, then 10 % of 85.00.
        ("WEB", "TILL"): [1_000, 1_500],
        ("TILL", "WEB"): [1_500, 850],
    }

    together = threading.Barrier(2)

    def rounds(code: str) -> list[str]:
        answers = []
        for number in range(ROUNDS):
            together.wait(timeout=30)
            answers.append(redeem(code, order=f"order-{number}"))
        return answers

    web, till = at_once([lambda: rounds("WEB"), lambda: rounds("TILL")])

    assert all(map(is_id, web + till))
    for number in range(ROUNDS):
        rows = Redemption.objects.filter(order__source_id=f"order-{number}").order_by("pk")
        sequence = tuple(row.voucher_code for row in rows)
        discounts = [row.discount_amount for row in rows]
        assert serial[sequence] == discounts
        stored = Order.objects.get(source_id=f"order-{number}")
        assert stored.total_discount_amount == sum(discounts)
        assert stored.total_amount == 10_000 - sum(discounts)
        assert set(stored.redemptions) == {row.public_id for row in rows}
    assert Order.objects.count() == ROUNDS
    assert given_up == []
