"""Circles, several accounts around one code, and programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from referrals.findings import Outcome
from referrals.thresholds import Thresholds
from tests.referrals.cases import NOW, REFEREE, attempt, customer, earlier, judged, keys, link, person

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


def test_who_was_brought_cannot_bring_back() -> None:
    found = judged(attempt(), links=(link(2, 1),))

    assert (found.outcome, keys(found)) == (Outcome.REFUSE, ["ring"])
    assert found.reason == "The referrer was brought by the new customer."
    assert found.findings[0].evidence == {"customers": ["cust_1", "cust_2"], "count": 2}


@pytest.mark.parametrize("size", [3, 4, 5, 6])
def test_a_circle_is_refused(size: int) -> None:
    """Number 2 brought 10, who brought 11 ..., who brought 1, who now brings 2."""
    way = [2, *range(10, 8 + size), 1]

    found = judged(attempt(), links=tuple(link(one, other) for one, other in zip(way, way[1:], strict=False)))

    assert (found.outcome, keys(found)) == (Outcome.REFUSE, ["ring"])
    assert found.reason == f"The referral closes a circle of {size} customers who brought each other."
    assert found.earlier == ()


def test_the_shortest_way_round_is_told() -> None:
    links = (link(10, 1), link(2, 10), replace(link(2, 1), id="rfrl_direct"))

    assert judged(attempt(), links=links).reason == "The referrer was brought by the new customer."


def test_a_circle_is_looked_for_so_many_steps_back() -> None:
    links = (link(2, 10), link(10, 11), link(11, 1))

    assert judged(attempt(), Thresholds(ring_depth=2), links=links).outcome is Outcome.ACCEPT
    assert judged(attempt(), Thresholds(ring_depth=3), links=links).outcome is Outcome.REFUSE


def test_a_chain_of_strangers_is_what_referrals_are_for() -> None:
    assert judged(attempt(), links=(link(10, 11), link(11, 1), link(1, 12))).findings == ()


def test_circles_of_others_do_not_trap_the_look() -> None:
    assert judged(attempt(), links=(link(10, 1), link(11, 10), link(10, 11))).findings == ()


def test_a_circle_names_earlier_referrals_of_its_household() -> None:
    """Number 10 lives where 2 lives: the referral that brought 10 looks different now."""
    mate = person(10, address=REFEREE.address)

    found = judged(attempt(), links=(link(2, 10), link(10, 1)), persons=(mate,))

    assert found.earlier == ("rfrl_10",)
    assert found.findings[0].evidence["referrals"] == ["rfrl_10"]


def test_somebody_up_the_chain_comes_back_with_another_account() -> None:
    first = person(10, payments=REFEREE.payments)

    found = judged(attempt(), links=(link(10, 1),), persons=(first,))

    assert (found.outcome, keys(found)) == (Outcome.HOLD, ["chain_of_one"])
    assert found.findings[0].evidence == {"customers": ["cust_10"], "referrals": ["rfrl_1"]}
    assert found.earlier == ("rfrl_1",)


def test_somebody_up_the_chain_who_ordered_is_told_once() -> None:
    first = customer(10, payments=REFEREE.payments)

    assert keys(judged(attempt(), links=(link(10, 1),), persons=(first,))) == ["chain_of_one"]


def test_flat_mates_up_the_chain_are_no_ring() -> None:
    mate = person(10, address=REFEREE.address, devices=REFEREE.devices)

    assert judged(attempt(), links=(link(10, 1),), persons=(mate,)).findings == ()


@pytest.mark.parametrize(
    ("shared", "key", "outcome"),
    [
        ({"email": "aaaac+7@mail.example"}, "shared_email", Outcome.REFUSE),
        ({"payments": REFEREE.payments}, "shared_payment", Outcome.HOLD),
        ({"phone": REFEREE.phone}, "shared_payment", Outcome.HOLD),
        ({"devices": REFEREE.devices}, None, Outcome.ACCEPT),
        ({"address": REFEREE.address}, None, Outcome.ACCEPT),
    ],
)
def test_a_referrer_brings_one_person_twice(
    shared: dict[str, Any], key: str | None, outcome: Outcome
) -> None:
    found = judged(attempt(), earlier=(earlier(20, before=3 * DAY, **shared),))

    assert (found.outcome, keys(found)) == (outcome, [key] if key else [])
    assert found.earlier == (("rfrl_20",) if key else ())


def test_a_customer_of_the_referrer_is_told_once() -> None:
    bought = earlier(20, before=3 * DAY, payments=REFEREE.payments, orders_count=1)

    assert keys(judged(attempt(), earlier=(bought,))) == ["shared_payment"]


def test_a_sign_that_does_not_hold_names_no_earlier_referrals() -> None:
    past = (earlier(20, before=3 * DAY, payments=REFEREE.payments),)

    found = judged(attempt(), Thresholds(shared_payment=10), earlier=past)

    assert (found.outcome, found.score, found.earlier) == (Outcome.ACCEPT, 10, ())


def test_the_address_a_till_puts_for_many_is_no_one_mailbox() -> None:
    nobody = "nobody@shop.example"
    past = (earlier(20, before=3 * DAY, email=nobody),)
    crowd = tuple(person(100 + n, email=nobody) for n in range(8))

    assert judged(attempt(replace(REFEREE, email=nobody)), earlier=past, persons=crowd).findings == ()


@pytest.mark.parametrize(("others", "found"), [(2, []), (3, ["shared_device"])])
def test_many_new_customers_on_one_device_are_held(others: int, found: list[str]) -> None:
    past = tuple(earlier(20 + n, before=(n + 1) * DAY, devices=REFEREE.devices) for n in range(others))

    judgement = judged(attempt(), earlier=past)

    assert keys(judgement) == found
    assert judgement.outcome is (Outcome.HOLD if found else Outcome.ACCEPT)


def test_the_till_where_many_register_is_no_one_device() -> None:
    past = tuple(earlier(20 + n, before=(n + 1) * DAY, devices=REFEREE.devices) for n in range(5))
    crowd = tuple(person(100 + n, devices=REFEREE.devices) for n in range(8))

    assert judged(attempt(), earlier=past, persons=crowd).findings == ()


def test_who_tries_again_shares_nothing_with_himself() -> None:
    again = replace(earlier(2, before=HOUR), referee=REFEREE)

    assert judged(attempt(), earlier=(again,)).findings == ()


@pytest.mark.parametrize(
    ("hour", "day", "found"),
    [(8, 28, []), (9, 9, ["many_in_hour"]), (0, 29, ["many_in_day"]), (50, 400, ["many_in_hour"])],
)
def test_a_rush_is_a_hint_only(hour: int, day: int, found: list[str]) -> None:
    judgement = judged(attempt(), in_hour=hour, in_day=day)

    assert (judgement.outcome, keys(judgement)) == (Outcome.ACCEPT, found)


@pytest.mark.parametrize(
    ("pauses", "outcome"),
    [
        ([60, 60, 60, 60, 60], Outcome.HOLD),
        ([60, 62, 57, 61, 58], Outcome.HOLD),
        ([60, 60, 60, 60], Outcome.ACCEPT),
        ([60, 75, 57, 61, 58], Outcome.ACCEPT),
        ([2, 2, 2, 2, 2], Outcome.ACCEPT),
        ([86_400] * 5, Outcome.ACCEPT),
        ([900, 4000, 60, 61, 60, 59, 60], Outcome.HOLD),
    ],
)
def test_a_program_keeps_time(pauses: list[int], outcome: Outcome) -> None:
    """Seconds between referrals, the oldest first."""
    past = tuple(earlier(20 + n, before=sum(pauses[n:]) * SECOND) for n in range(len(pauses)))

    found = judged(attempt(), earlier=past)

    assert found.outcome is outcome
    assert keys(found) == (["clockwork"] if outcome is Outcome.HOLD else [])
    assert len(found.earlier) == (5 if outcome is Outcome.HOLD else 0)


def _fresh(number: int, *, before: timedelta, seconds: int) -> Any:
    return earlier(number, before=before, created_at=NOW - before - seconds * SECOND)


@pytest.mark.parametrize(
    ("ages", "own", "outcome"),
    [
        ([5, 20, 1, 9], 3, Outcome.HOLD),
        ([5, 20, 1, 21], 3, Outcome.ACCEPT),
        ([5, 20, 1, 9], 21, Outcome.ACCEPT),
        ([5, 900, 20, 700, 1, 800, 9], 3, Outcome.HOLD),
        ([5, 900, 20, 700, 1, 800, 9, 600], 3, Outcome.HOLD),
        ([5, 900, 20, 700, 800, 900, 1, 9], 3, Outcome.HOLD),
        ([5, 900, 20, 700, 800, 900, 1, 600], 3, Outcome.ACCEPT),
    ],
)
def test_accounts_made_for_the_order(ages: list[int], own: int, outcome: Outcome) -> None:
    """Seconds from account to order of the referrals before, the oldest first, and of this one."""
    steps = [n * n * HOUR for n in range(len(ages), 0, -1)]
    past = tuple(
        _fresh(20 + n, before=step, seconds=age)
        for n, (step, age) in enumerate(zip(steps, ages, strict=True))
    )

    found = judged(attempt(replace(REFEREE, created_at=NOW - own * SECOND)), earlier=past)

    assert found.outcome is outcome
    assert keys(found) == (["fresh_accounts"] if outcome is Outcome.HOLD else [])


def test_a_program_counts_once() -> None:
    past = tuple(_fresh(20 + n, before=(6 - n) * MINUTE, seconds=4) for n in range(6))

    found = judged(attempt(replace(REFEREE, created_at=NOW - 4 * SECOND)), earlier=past)

    assert (found.score, sorted(keys(found))) == (50, ["clockwork", "fresh_accounts"])


def test_a_ring_of_the_referrer_with_himself_is_no_ring() -> None:
    assert judged(attempt(), links=(link(1, 1),)).findings == ()
