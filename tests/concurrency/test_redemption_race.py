"""What holds when many callers want the same thing at once, over HTTP.

The same in large numbers, without the network: `test_redemption_counts.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from promotions.models import Redemption, Rollback, Voucher
from tests.concurrency.conftest import Answer
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)

Call = Callable[..., Answer]
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]

TEN_PERCENT = {"type": "PERCENT", "percent_off": 10}


def make_code(code: str, quantity: int | None) -> None:
    Voucher.objects.create(
        code=code, code_key=code, discount=TEN_PERCENT, redemption_quantity=quantity, created_at=NOW
    )


def redeem(
    call: Call, *codes: str, order: dict[str, Any] | None = None, customer: str | None = None
) -> Answer:
    body: dict[str, Any] = {
        "redeemables": [{"object": "voucher", "id": code} for code in codes],
        "order": order or {"amount": 10_000},
    }
    if customer:
        body["customer"] = {"source_id": customer}
    return call("POST", "/v1/redemptions", body)


def used(code: str) -> int:
    return Voucher.objects.get(code=code).redeemed_quantity


def test_64_callers_share_one_use_exactly_one_gets_it(call: Call, at_once: AtOnce) -> None:
    make_code("ONCE", 1)

    answers = at_once([lambda: redeem(call, "ONCE")] * 64)

    assert Counter(status for status, _ in answers) == {200: 1, 400: 63}
    assert {body["key"] for status, body in answers if status == 400} == {"quantity_exceeded"}
    assert used("ONCE") == 1
    assert Counter(Redemption.objects.values_list("result", flat=True)) == {"SUCCESS": 1, "FAILURE": 63}


def test_a_quantity_of_100_gives_exactly_100(call: Call, at_once: AtOnce) -> None:
    make_code("HUNDRED", 100)

    def ten_times() -> list[int]:
        return [redeem(call, "HUNDRED")[0] for _ in range(10)]

    statuses = Counter(status for batch in at_once([ten_times] * 16) for status in batch)

    assert statuses == {200: 100, 400: 60}
    assert used("HUNDRED") == 100


def test_one_use_codes_never_give_two(call: Call, at_once: AtOnce) -> None:
    codes = [f"SINGLE-{number}" for number in range(12)]
    for code in codes:
        make_code(code, 1)

    def all_in_turn() -> list[tuple[str, int]]:
        return [(code, redeem(call, code)[0]) for code in codes]

    results = Counter(pair for batch in at_once([all_in_turn] * 8) for pair in batch)

    assert {results[code, 200] for code in codes} == {1}
    assert {results[code, 400] for code in codes} == {7}


def test_stacks_in_crossed_order_do_not_deadlock_and_are_never_half_used(call: Call, at_once: AtOnce) -> None:
    codes = ["RED", "GREEN", "BLUE"]
    for code in codes:
        make_code(code, 40)

    def forwards() -> list[int]:
        return [redeem(call, *codes)[0] for _ in range(8)]

    def backwards() -> list[int]:
        return [redeem(call, *reversed(codes))[0] for _ in range(8)]

    statuses = Counter(status for batch in at_once([forwards, backwards] * 4) for status in batch)

    assert statuses == {200: 40, 400: 24}
    assert [used(code) for code in codes] == [40, 40, 40]
    parents = Redemption.objects.filter(related_object_type="redemption", result="SUCCESS").count()
    assert parents == 40
    assert Redemption.objects.filter(parent__isnull=False).count() == 120


def test_a_redemption_is_rolled_back_once(call: Call, at_once: AtOnce) -> None:
    make_code("BACK", 5)
    redemption_id = redeem(call, "BACK")[1]["redemptions"][0]["id"]

    answers = at_once([lambda: call("POST", f"/v1/redemptions/{redemption_id}/rollback", {})] * 16)

    assert Counter(status for status, _ in answers) == {200: 1, 400: 15}
    assert {body["key"] for status, body in answers if status == 400} == {"already_rolled_back"}
    assert used("BACK") == 0
    assert Rollback.objects.count() == 1


def test_uses_come_back_while_others_redeem(call: Call, at_once: AtOnce) -> None:
    make_code("FLOW", 3)

    def redeem_and_take_back() -> int:
        kept = 0
        for turn in range(10):
            status, body = redeem(call, "FLOW")
            if status != 200:
                continue
            if turn % 2:
                kept += 1
            else:
                assert call("POST", f"/v1/redemptions/{body['redemptions'][0]['id']}/rollback", {})[0] == 200
        return kept

    kept = sum(at_once([redeem_and_take_back] * 8))

    live = Redemption.objects.filter(status="SUCCEEDED").count()
    assert used("FLOW") == live == kept <= 3


def test_parallel_first_contacts_make_one_customer(call: Call, at_once: AtOnce) -> None:
    from commerce.models import Customer

    make_code("MANY", None)

    answers = at_once([lambda: redeem(call, "MANY", customer="new-shopper")] * 16)

    assert Counter(status for status, _ in answers) == {200: 16}
    assert Customer.objects.filter(source_id="new-shopper").count() == 1
    assert used("MANY") == 16


def test_one_order_from_two_channels_ends_as_one_of_the_serial_orders(call: Call, at_once: AtOnce) -> None:
    from commerce.models import Order

    for number in range(10):
        make_code(f"WEB-{number}", 1)
        make_code(f"POS-{number}", 1)

        def from_web(number: int = number) -> Answer:
            return redeem(call, f"WEB-{number}", order={"source_id": f"order-{number}", "amount": 10_000})

        def from_pos(number: int = number) -> Answer:
            return redeem(call, f"POS-{number}", order={"source_id": f"order-{number}", "amount": 10_000})

        at_once([from_web, from_pos])

        # 10 % twice, one after the other: 1000, then 10 % of what is left.
        order = Order.objects.get(source_id=f"order-{number}")
        assert (order.total_discount_amount, order.total_amount) == (1900, 8100)
