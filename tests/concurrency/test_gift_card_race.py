"""One gift card and many who pay with it at once: never below zero, and to the cent."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from promotions.models import CardTransaction, Redemption, Rollback, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import ledger, redemptions, vouchers
from promotions.services.validations import DecisionSpec
from promotions.services.vouchers import VoucherSpec
from tests.concurrency.conftest import Answer
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)

ACTOR = Actor.system("race")
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
Call = Callable[..., Answer]


def issue(code: str, credits: int) -> Voucher:
    return vouchers.create(
        spec=VoucherSpec(code=code, values={"gift": {"amount": credits}}), actor=ACTOR, now=NOW
    )


def ledger_of(code: str) -> list[int]:
    """The balances one after the other; each follows from the one before, and none is negative."""
    balance, found = 0, []
    for row in CardTransaction.objects.filter(voucher__code=code).order_by("pk"):
        balance += row.amount
        assert row.balance == balance >= 0
        found.append(balance)
    assert Voucher.objects.get(code=code).gift_balance == balance
    return found


def spend(code: str, credits: int) -> int:
    """What was taken; 0 if it was refused."""
    spec = DecisionSpec(
        redeemables=(Requested(object="voucher", id=code, credits=credits),), order=OrderSpec(amount=10_000)
    )
    try:
        redeemed = redemptions.redeem(spec=spec, actor=ACTOR, now=NOW)
    except NotRedeemable as refusal:
        if refusal.key != "gift_amount_exceeded":
            raise
        return 0
    assert redeemed.redemptions[0].credits == credits
    return credits


@pytest.mark.slow
def test_a_thousand_random_spends_by_16_with_top_ups_between(at_once: AtOnce) -> None:
    issue("SHARED", 50_000)
    seeds = range(16)

    def shop(seed: int) -> tuple[int, int, int, int]:
        """Calls, successes, credits spent, credits added."""
        dice = random.Random(seed)
        taken, added = [], 0
        for number in range(64 if seed < 8 else 61):
            if number % 12 == seed % 12:
                credits = dice.randint(1, 900)
                ledger.adjust(code="SHARED", amount=credits, actor=ACTOR, now=NOW)
                added += credits
            taken.append(spend("SHARED", dice.randint(1, 400)))
        return len(taken), sum(map(bool, taken)), sum(taken), added

    results = at_once([lambda seed=seed: shop(seed) for seed in seeds])

    calls, successes, spent, added = map(sum, zip(*results, strict=True))
    assert calls == 1_000
    assert ledger_of("SHARED")[-1] == 50_000 + added - spent
    kinds = Counter(CardTransaction.objects.values_list("type", flat=True))
    assert kinds["CREDITS_REDEMPTION"] == successes
    assert 0 < successes < calls
    assert Counter(Redemption.objects.values_list("result", flat=True)) == {
        "SUCCESS": successes,
        "FAILURE": calls - successes,
    }
    card = Voucher.objects.get()
    assert (card.gift_redeemed, card.redeemed_quantity) == (spent, successes)


def test_64_callers_want_700_of_10000(call: Call, at_once: AtOnce) -> None:
    issue("TEN-THOUSAND", 10_000)
    body: dict[str, Any] = {
        "redeemables": [{"object": "voucher", "id": "TEN-THOUSAND", "gift": {"credits": 700}}],
        "order": {"amount": 5_000},
    }

    answers = at_once([lambda: call("POST", "/v1/redemptions", body)] * 64)

    assert Counter(status for status, _ in answers) == {200: 14, 400: 50}
    assert {wire["key"] for status, wire in answers if status == 400} == {"gift_amount_exceeded"}
    assert ledger_of("TEN-THOUSAND")[-1] == 200
    assert CardTransaction.objects.filter(type="CREDITS_REDEMPTION", amount=-700).count() == 14

    del body["redeemables"][0]["gift"]
    status, wire = call("POST", "/v1/redemptions", body)

    assert (status, wire["redemptions"][0]["amount"]) == (200, 200)
    assert ledger_of("TEN-THOUSAND")[-1] == 0


def test_whoever_leaves_the_amount_out_gets_what_is_left(call: Call, at_once: AtOnce) -> None:
    issue("LEFT", 1_000)
    body = {"redeemables": [{"object": "voucher", "id": "LEFT"}], "order": {"amount": 300}}

    answers = at_once([lambda: call("POST", "/v1/redemptions", body)] * 8)

    assert Counter(status for status, _ in answers) == {200: 8}
    taken = sorted((wire["redemptions"][0]["amount"] for _, wire in answers), reverse=True)
    assert taken == [300, 300, 300, 100, 0, 0, 0, 0]
    assert ledger_of("LEFT")[-1] == 0


def test_a_rollback_asked_for_by_many_gives_back_once(call: Call, at_once: AtOnce) -> None:
    issue("BACK", 1_000)
    body = {"redeemables": [{"object": "voucher", "id": "BACK"}], "order": {"amount": 800}}
    used = call("POST", "/v1/redemptions", body)[1]["redemptions"][0]["id"]

    answers = at_once([lambda: call("POST", f"/v1/redemptions/{used}/rollback")] * 16)

    assert Counter(status for status, _ in answers) == {200: 1, 400: 15}
    assert ledger_of("BACK") == [1_000, 200, 1_000]
    assert Rollback.objects.count() == 1


def test_cards_in_crossed_order_do_not_deadlock(call: Call, at_once: AtOnce) -> None:
    for code in ("A", "B"):
        issue(code, 6_400)

    def pay(*codes: str) -> int:
        redeemables = [{"object": "voucher", "id": code, "gift": {"credits": 100}} for code in codes]
        return call("POST", "/v1/redemptions", {"redeemables": redeemables, "order": {"amount": 500}})[0]

    statuses = at_once([lambda: pay("A", "B"), lambda: pay("B", "A")] * 16)

    assert Counter(statuses) == {200: 32}
    assert ledger_of("A")[-1] == ledger_of("B")[-1] == 3_200


def test_a_removal_and_a_payment_never_take_the_same_credits(at_once: AtOnce) -> None:
    issue("RACE", 1_000)

    def remove() -> int:
        try:
            ledger.adjust(code="RACE", amount=-300, actor=ACTOR, now=NOW)
        except ledger.InvalidAddBalanceParams:
            return 0
        return 300

    taken = at_once([remove, lambda: spend("RACE", 300)] * 6)

    assert sum(taken) == 900
    assert ledger_of("RACE")[-1] == 100
