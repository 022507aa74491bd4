"""The same key sent many times at once, over HTTP: one effect, one answer."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from commerce.models import Order
from core.idempotency import Keyed
from core.models import IdempotencyKey
from promotions.models import Redemption, Rollback, Voucher
from tests.concurrency.conftest import Answer
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)

Call = Callable[..., Answer]
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]

ROUNDS = 3
CALLERS = 50


def make_code(code: str, quantity: int | None) -> None:
    Voucher.objects.create(
        code=code,
        code_key=code,
        discount={"type": "PERCENT", "percent_off": 10},
        redemption_quantity=quantity,
        created_at=NOW,
    )


def redeem(call: Call, code: str, *, key: str, amount: int = 10_000) -> Answer:
    body = {
        "redeemables": [{"object": "voucher", "id": code}],
        "order": {"amount": amount},
        "customer": {"source_id": "anna"},
    }
    return call("POST", "/v1/redemptions", body, key=key)


def one_answer(answers: Sequence[Answer]) -> dict[str, Any]:
    """The body that everybody got who was not told to come again."""
    first, *others = [body for status, body in answers if status == 200]
    assert all(body == first for body in others)
    assert {body["key"] for status, body in answers if status == 409} <= {"idempotency_key_in_progress"}
    return first


@pytest.mark.parametrize("quantity", [1, None])
def test_one_key_from_50_callers_redeems_once(call: Call, at_once: AtOnce, quantity: int | None) -> None:
    for turn in range(ROUNDS):
        code = f"CODE-{turn}"
        make_code(code, quantity)

        answers = at_once([lambda code=code, turn=turn: redeem(call, code, key=f"k-{turn}")] * CALLERS)

        assert {status for status, _ in answers} <= {200, 409}
        answer = one_answer(answers)
        for status, _ in answers:
            if status == 409:
                assert redeem(call, code, key=f"k-{turn}") == (200, answer)
        (redemption,) = Redemption.objects.filter(voucher__code=code)
        assert answer["redemptions"][0]["id"] == redemption.public_id
        assert Voucher.objects.get(code=code).redeemed_quantity == 1
    assert IdempotencyKey.objects.count() == Order.objects.count() == ROUNDS


def test_one_key_from_50_callers_rolls_back_once(call: Call, at_once: AtOnce) -> None:
    make_code("BACK", 1)
    redemption_id = redeem(call, "BACK", key="k")[1]["redemptions"][0]["id"]

    def roll_back() -> Answer:
        return call("POST", f"/v1/redemptions/{redemption_id}/rollback", {"reason": "changed"}, key="back")

    answers = at_once([roll_back] * CALLERS)

    assert {status for status, _ in answers} <= {200, 409}
    answer = one_answer(answers)
    assert answer["id"] == Rollback.objects.get().public_id
    assert roll_back() == (200, answer)
    assert Voucher.objects.get().redeemed_quantity == 0


def test_one_key_with_two_bodies_has_one_effect(call: Call, at_once: AtOnce) -> None:
    make_code("BOTH", None)
    for turn in range(ROUNDS):

        def small(turn: int = turn) -> Answer:
            return redeem(call, "BOTH", key=f"k-{turn}", amount=10_000)

        def large(turn: int = turn) -> Answer:
            return redeem(call, "BOTH", key=f"k-{turn}", amount=20_000)

        answers = at_once([small, large] * 10)

        assert {status for status, _ in answers} <= {200, 409, 422}
        answer = one_answer(answers)
        assert Voucher.objects.get().redeemed_quantity == turn + 1
        loser, winner = sorted([small(), large()], key=lambda result: result[0] == 200)
        assert winner == (200, answer)
        assert (loser[0], loser[1]["key"]) == (422, "idempotency_key_reused")
    assert Redemption.objects.count() == IdempotencyKey.objects.count() == ROUNDS


def test_different_keys_do_not_hold_each_other_up(call: Call, at_once: AtOnce) -> None:
    make_code("MANY", None)

    calls = [lambda number=number: redeem(call, "MANY", key=f"k-{number}") for number in range(32)]
    answers = at_once(calls)

    assert Counter(status for status, _ in answers) == {200: 32}
    assert len({body["redemptions"][0]["id"] for _, body in answers}) == 32
    assert Voucher.objects.get().redeemed_quantity == 32


class Stop:
    """Stops a redemption after its effect and before its commit."""

    def __init__(self) -> None:
        self.is_reached = threading.Event()
        self.may_go_on = threading.Event()
        self.backend = 0

    def reached(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.backend = cursor.fetchone()[0]
        self.is_reached.set()
        assert self.may_go_on.wait(30)


@pytest.fixture
def stopped(call: Call, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Stop, Any]]:
    """A first call of `k` that has done everything but its commit; its answer comes as a future."""
    stop = Stop()
    keep = Keyed.keep

    def stopping(once: Keyed[Any], result: Any) -> None:
        keep(once, result)
        stop.reached()

    make_code("SLOW", 1)
    with ThreadPoolExecutor(max_workers=1) as pool, monkeypatch.context() as patched:
        patched.setattr(Keyed, "keep", stopping)
        first = pool.submit(redeem, call, "SLOW", key="k")
        assert stop.is_reached.wait(30)
        patched.undo()
        yield stop, first
        stop.may_go_on.set()


def test_nobody_waits_while_the_first_call_runs(call: Call, stopped: tuple[Stop, Any]) -> None:
    stop, first = stopped

    meanwhile = redeem(call, "SLOW", key="k")
    stop.may_go_on.set()
    answer = first.result(30)

    assert (meanwhile[0], meanwhile[1]["key"]) == (409, "idempotency_key_in_progress")
    assert answer[0] == 200
    assert redeem(call, "SLOW", key="k") == answer


def test_a_lost_connection_leaves_nothing_and_the_key_works_again(
    call: Call, stopped: tuple[Stop, Any]
) -> None:
    stop, first = stopped

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [stop.backend])
        assert cursor.fetchone() == (True,)
    stop.may_go_on.set()
    status, refusal = first.result(30)

    assert (status, refusal["key"]) == (503, "temporarily_unavailable")
    assert not IdempotencyKey.objects.exists()
    assert not Redemption.objects.exists()
    assert Voucher.objects.get().redeemed_quantity == 0

    again = redeem(call, "SLOW", key="k")

    assert again[0] == 200
    assert redeem(call, "SLOW", key="k") == again
    assert Redemption.objects.count() == 1
    assert Voucher.objects.get().redeemed_quantity == 1
