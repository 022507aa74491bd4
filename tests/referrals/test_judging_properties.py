"""What holds for every history: judgements depend on what is known, not on its order or on strangers."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.attempts import Attempt, Link, Neighbourhood
from referrals.findings import Judgement, Outcome
from referrals.judging import judge
from referrals.thresholds import Thresholds
from tests.nightly import times
from tests.referrals.cases import link, person
from tests.referrals.histories import Kind, Referral, referrals
from tests.referrals.neighbours import walk

type Case = tuple[Attempt, Neighbourhood, Judgement]

_LIMITS = Thresholds()


@cache
def _walked() -> list[Case]:
    return [(one.attempt, around, judgement) for one, around, judgement in walk(referrals(31))]


@cache
def _telling() -> list[Case]:
    return [each for each in _walked() if each[2].findings]


CASES = st.deferred(lambda: st.one_of(st.sampled_from(_telling()), st.sampled_from(_walked())))


@settings(max_examples=times(day=150, night=1000))
@given(case=CASES, order=st.randoms(use_true_random=False))
def test_the_order_of_neighbours_means_nothing(case: Case, order: random.Random) -> None:
    attempt, around, judgement = case

    def mixed[T](items: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(order.sample(items, len(items)))

    shuffled = replace(
        around,
        earlier=mixed(around.earlier),
        links=mixed(around.links),
        persons=mixed(around.persons),
    )
    assert judge(attempt, shuffled, _LIMITS) == judgement


@settings(max_examples=times(day=150, night=1000))
@given(case=CASES, count=st.integers(1, 30))
def test_unrelated_customers_and_referrals_change_nothing(case: Case, count: int) -> None:
    attempt, around, judgement = case
    strangers = tuple(person(50_000 + number) for number in range(count))
    elsewhere: tuple[Link, ...] = tuple(link(60_000 + number, 60_001 + number) for number in range(count))

    crowded = replace(around, persons=strangers + around.persons, links=elsewhere + around.links)
    assert judge(attempt, crowded, _LIMITS) == judgement


def test_strangers_who_refer_each_other_meanwhile_change_nothing() -> None:
    history = referrals(32)
    meanwhile = [
        Referral(
            id=f"stranger_{number}",
            kind=Kind.FRIEND,
            group=0,
            attempt=replace(
                one.attempt,
                referrer=person(30_000 + number),
                referee=person(40_000 + number),
                code=f"OTHER-{number % 50}",
            ),
        )
        for number, one in enumerate(history)
    ]
    merged = [each for pair in zip(meanwhile, history, strict=True) for each in pair]
    told = {one.id for one in history}

    alone = [(one.id, judgement) for one, _, judgement in walk(history)]
    among = [(one.id, judgement) for one, _, judgement in walk(merged) if one.id in told]

    assert among == alone


@settings(max_examples=times(day=150, night=1000))
@given(case=CASES)
def test_the_same_facts_as_json_are_judged_the_same(case: Case) -> None:
    attempt, around, judgement = case

    stored = Attempt.from_json(attempt.to_json()), Neighbourhood.from_json(around.to_json())
    assert judge(*stored, _LIMITS) == judgement
    assert Judgement.from_json(judgement.to_json()) == judgement


@settings(max_examples=times(day=150, night=1000))
@given(case=CASES, hold_at=st.integers(1, 100))
def test_who_holds_later_never_holds_more(case: Case, hold_at: int) -> None:
    attempt, around, judgement = case
    found = judge(attempt, around, replace(_LIMITS, hold_at=hold_at))

    if hold_at >= _LIMITS.hold_at and judgement.outcome is Outcome.ACCEPT:
        assert found.outcome is Outcome.ACCEPT
    if hold_at <= _LIMITS.hold_at and judgement.outcome is not Outcome.ACCEPT:
        assert found.outcome is not Outcome.ACCEPT


def test_what_is_not_accepted_has_its_reason_and_no_personal_data() -> None:
    for attempt, _, judgement in _telling():
        told = {attempt.referrer, attempt.referee}
        assert judgement.reason.endswith(".")
        for finding in judgement.findings:
            assert not any(
                trait and trait in finding.message
                for someone in told
                for trait in (someone.email, someone.name, someone.phone, someone.id)
            )
    assert all(judgement.findings for _, _, judgement in _walked() if judgement.outcome is not Outcome.ACCEPT)
