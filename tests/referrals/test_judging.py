"""What two accounts share, and what becomes of the referral."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from referrals.attempts import Address
from referrals.findings import Judgement, Outcome, Severity
from referrals.thresholds import Thresholds
from tests.referrals.cases import (
    HOME,
    NOW,
    REFEREE,
    REFERRER,
    attempt,
    customer,
    judged,
    keys,
    like_referrer,
    person,
)


def test_strangers_are_accepted_without_a_word() -> None:
    assert judged(attempt()) == Judgement(outcome=Outcome.ACCEPT)
    assert judged(attempt()).reason == ""


def test_one_customer_is_refused() -> None:
    found = judged(attempt(REFERRER))

    assert (found.outcome, keys(found)) == (Outcome.REFUSE, ["same_customer"])
    assert found.reason == "Referrer and new customer are the same customer."


def test_one_customer_of_the_shop_under_two_ids_is_refused() -> None:
    found = judged(attempt(replace(REFEREE, source_id="shop-1")))

    assert (found.outcome, keys(found)) == (Outcome.REFUSE, ["same_customer"])


def test_unknown_shop_ids_are_not_the_same() -> None:
    nameless = attempt(replace(REFEREE, source_id=""), referrer=replace(REFERRER, source_id=""))

    assert judged(nameless).outcome is Outcome.ACCEPT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna.b@gmail.com", "AnnaB+promo@googlemail.com"),
        ("anna.b@firm.example", "Anna.B+2@firm.example"),
        ("anna.b@firm.example", " anna.b@FIRM.example "),
    ],
)
def test_one_mailbox_is_refused_however_it_is_written(one: str, other: str) -> None:
    found = judged(attempt(replace(REFEREE, email=other), referrer=replace(REFERRER, email=one)))

    assert (found.outcome, keys(found)) == (Outcome.REFUSE, ["same_email"])
    assert found.findings[0].severity is Severity.REFUSES


def test_dots_tell_mailboxes_apart_where_they_count() -> None:
    pair = attempt(
        replace(REFEREE, email="an.na@firm.example"), referrer=replace(REFERRER, email="anna@firm.example")
    )

    assert judged(pair).outcome is Outcome.ACCEPT


SHARED = [
    ({"phone": True}, Outcome.HOLD, {"same_phone": 50}),
    ({"phone": "600 000 001"}, Outcome.HOLD, {"same_phone": 50}),
    ({"payments": True}, Outcome.HOLD, {"same_payment": 50}),
    ({"name": True}, Outcome.ACCEPT, {"same_name": 40}),
    ({"address": True}, Outcome.ACCEPT, {"same_address": 20}),
    ({"devices": True}, Outcome.ACCEPT, {"same_device": 20}),
    ({"address": True, "devices": True}, Outcome.ACCEPT, {"same_address": 20, "same_device": 20}),
    ({"address": True, "name": True}, Outcome.HOLD, {"same_name": 40, "same_address": 20}),
    ({"devices": True, "name": True}, Outcome.HOLD, {"same_name": 40, "same_device": 20}),
    ({"address": True, "phone": True}, Outcome.HOLD, {"same_phone": 50, "same_address": 20}),
    ({"email": "aaaab7@other.example"}, Outcome.ACCEPT, {"similar_email": 40}),
    ({"email": "aaaab7@other.example", "name": True}, Outcome.HOLD, {"same_name": 40, "similar_email": 40}),
    (
        {"phone": True, "payments": True, "name": True, "address": True, "devices": True},
        Outcome.HOLD,
        {"same_payment": 50, "same_phone": 50, "same_name": 40, "same_address": 20, "same_device": 20},
    ),
]


@pytest.mark.parametrize(("shared", "outcome", "points"), SHARED)
def test_what_two_accounts_share_adds_up(
    shared: dict[str, Any], outcome: Outcome, points: dict[str, int]
) -> None:
    found = judged(like_referrer(**shared))

    assert found.outcome is outcome
    assert {finding.key: finding.points for finding in found.findings} == points


def test_one_home_counts_once() -> None:
    assert judged(like_referrer(address=True, devices=True)).score == 20


FAMILY = {"name": "Maria Familyaaaab", "address": True, "devices": True}


@pytest.mark.parametrize(
    ("more", "outcome", "score"),
    [
        ({}, Outcome.ACCEPT, 20),
        ({"payments": True}, Outcome.ACCEPT, 45),
        ({"phone": True}, Outcome.ACCEPT, 45),
        ({"payments": True, "phone": True}, Outcome.HOLD, 70),
    ],
)
def test_a_family_may_share_a_card_or_a_landline(more: dict[str, Any], outcome: Outcome, score: int) -> None:
    found = judged(like_referrer(**FAMILY, **more))

    assert (found.outcome, found.score) == (outcome, score)


def test_a_family_name_does_not_excuse_one_mailbox() -> None:
    assert judged(like_referrer(**FAMILY, email=True)).outcome is Outcome.REFUSE


def test_a_mailbox_named_alike_is_no_family() -> None:
    found = judged(like_referrer(**FAMILY, payments=True, email="aaaab7@other.example"))

    assert {finding.key: finding.points for finding in found.findings} == {
        "same_payment": 50,
        "similar_email": 40,
        "same_address": 20,
        "same_device": 20,
    }


def test_a_second_sign_holds_flat_mates() -> None:
    mates = like_referrer(address=True)

    assert judged(mates, in_hour=9, in_day=9).score == 40
    assert judged(mates, in_hour=8, in_day=29).score == 40
    alike = replace(mates, referee=replace(mates.referee, email="aaaab1@other.example"))
    assert judged(alike).outcome is Outcome.HOLD


def test_who_ordered_before_is_refused() -> None:
    known = replace(REFEREE, orders_count=1, first_order_at=NOW - timedelta(hours=1))

    found = judged(attempt(known))

    assert (found.outcome, keys(found)) == (Outcome.REFUSE, ["has_ordered"])
    assert found.reason == "The new customer had ordered before this referral."


def test_the_order_of_the_referral_itself_is_none_before() -> None:
    assert judged(attempt(replace(REFEREE, orders_count=1, first_order_at=NOW))).outcome is Outcome.ACCEPT


@pytest.mark.parametrize(("days", "found"), [(30, []), (31, ["old_account"])])
def test_an_old_account_without_orders_is_a_hint(days: int, found: list[str]) -> None:
    judgement = judged(attempt(replace(REFEREE, created_at=NOW - timedelta(days=days))))

    assert (judgement.outcome, keys(judgement)) == (Outcome.ACCEPT, found)


@pytest.mark.parametrize(
    ("shared", "key", "outcome"),
    [
        ({"email": "aaaac+1@mail.example"}, "ordered_before", Outcome.HOLD),
        ({"phone": REFEREE.phone, "name": REFEREE.name}, "ordered_before", Outcome.HOLD),
        ({"devices": REFEREE.devices, "name": REFEREE.name}, "ordered_before", Outcome.HOLD),
        ({"payments": REFEREE.payments}, "has_other_account", Outcome.ACCEPT),
        ({"devices": REFEREE.devices}, None, Outcome.ACCEPT),
        ({"name": REFEREE.name}, None, Outcome.ACCEPT),
    ],
)
def test_a_customer_comes_back_with_another_account(
    shared: dict[str, Any], key: str | None, outcome: Outcome
) -> None:
    found = judged(attempt(), persons=(customer(7, **shared),))

    assert (found.outcome, keys(found)) == (outcome, [key] if key else [])
    if key:
        assert found.findings[0].evidence == {"customers": ["cust_7"]}


def test_a_second_account_that_never_ordered_is_no_customer() -> None:
    assert judged(attempt(), persons=(person(7, phone=REFEREE.phone, name=REFEREE.name),)).findings == ()


@pytest.mark.parametrize(("others", "points"), [(7, 20), (8, 0)])
def test_what_a_crowd_shares_says_nothing(others: int, points: int) -> None:
    crowd = tuple(person(100 + number, address=HOME) for number in range(others))
    pair = attempt(replace(REFEREE, address=HOME), referrer=replace(REFERRER, address=HOME))

    assert judged(pair, persons=crowd).score == points


def test_a_mailbox_written_alike_by_a_crowd_is_looked_at() -> None:
    """A till that puts the same address for everybody without one."""
    nobody = "nobody@shop.example"
    crowd = tuple(person(100 + number, email=nobody) for number in range(8))
    pair = attempt(replace(REFEREE, email=nobody), referrer=replace(REFERRER, email=nobody))

    assert judged(pair).outcome is Outcome.REFUSE
    found = judged(pair, persons=crowd)
    assert (found.outcome, keys(found)) == (Outcome.HOLD, ["crowded_email"])


def test_aliases_of_one_mailbox_are_no_crowd() -> None:
    aliases = tuple(person(100 + number, email=f"anna+{number}@mail.example") for number in range(20))
    pair = attempt(
        replace(REFEREE, email="anna+x@mail.example"), referrer=replace(REFERRER, email="anna@mail.example")
    )

    assert judged(pair, persons=aliases).outcome is Outcome.REFUSE


def test_unknown_traits_are_not_the_same() -> None:
    empty: dict[str, Any] = {
        "name": "",
        "email": "",
        "phone": "",
        "address": Address(),
        "devices": frozenset(),
        "payments": frozenset(),
    }
    pair = attempt(replace(REFEREE, **empty), referrer=replace(REFERRER, **empty))

    assert judged(pair).findings == ()


def test_a_marketer_decides_how_much_a_sign_counts() -> None:
    neighbours = like_referrer(address=True)

    assert judged(neighbours, Thresholds(same_address=50)).outcome is Outcome.HOLD
    assert judged(neighbours, Thresholds(same_address=100)).outcome is Outcome.REFUSE
    assert judged(neighbours, Thresholds(same_address=0)).findings == ()
    assert judged(attempt(REFERRER), Thresholds(same_customer=60)).outcome is Outcome.HOLD


def test_weak_signs_never_refuse_however_many() -> None:
    everything = like_referrer(phone=True, payments=True, name=True, address=True, devices=True)

    found = judged(everything, in_hour=500, in_day=900)

    assert (found.outcome, found.score) == (Outcome.HOLD, 180)


def test_a_judgement_can_be_stored() -> None:
    found = judged(attempt(), persons=(customer(7, phone=REFEREE.phone, name=REFEREE.name),))

    assert Judgement.from_json(found.to_json()) == found
