"""The index never lets a wrong candidate through and never loses a right one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Candidate, Snapshot, Status, evaluate
from engine.index import Index, Match
from tests.engine.index.worlds import OMITS, candidates, queries


def naive(catalogue: dict[int, tuple[Candidate, int]], query: Snapshot, omit: frozenset[str]) -> list[Match]:
    """Every candidate evaluated on its own, newest first."""
    found = []
    for key, (candidate, rank) in catalogue.items():
        (step,) = evaluate(replace(query, candidates=(candidate,)), omit=omit).steps
        if step.status is Status.APPLICABLE:
            worth = 0 if step.order is None else step.order.total_applied_discount_amount
            found.append(Match(key=key, worth=worth, rank=rank))
    return sorted(found, key=lambda match: (-match.rank, -match.key))


def assert_equal_answers(
    index: Index, catalogue: dict[int, tuple[Candidate, int]], query: Snapshot, omit: frozenset[str]
) -> None:
    expected = naive(catalogue, query, omit)
    dearest = sorted(expected, key=lambda match: (-match.worth, -match.rank, -match.key))
    cheapest = sorted(expected, key=lambda match: (match.worth, -match.rank, -match.key))

    assert index.matching(query, omit=omit) == expected
    assert index.page(query, limit=3, omit=omit) == expected[:3]
    assert index.page(query, limit=3, below_rank=4, omit=omit) == [m for m in expected if m.rank < 4][:3]
    assert index.best(query, omit=omit) == dearest[:1]
    assert index.best(query, limit=4, omit=omit) == dearest[:4]
    assert index.least(query, limit=2, omit=omit) == cheapest[:2]


ranked = st.lists(st.tuples(candidates, st.integers(0, 8)), min_size=1, max_size=12)


@given(entries=ranked, asked=st.lists(queries, min_size=1, max_size=4), omit=OMITS)
@settings(max_examples=60, deadline=None)
def test_answers_as_the_evaluation_of_every_candidate_does(
    entries: list[tuple[Candidate, int]], asked: list[Snapshot], omit: frozenset[str]
) -> None:
    catalogue = dict(enumerate(entries))
    index = Index(by_rank_capacity=4, by_worth_capacity=3)
    index.put_many((key, candidate, rank) for key, (candidate, rank) in catalogue.items())

    for query in asked:
        assert_equal_answers(index, catalogue, query, omit)


changes = st.lists(
    st.tuples(st.integers(0, 9), st.none() | st.tuples(candidates, st.integers(0, 8))),
    min_size=1,
    max_size=25,
)


@given(start=ranked, steps=changes, query=queries, omit=OMITS)
@settings(max_examples=50, deadline=None)
def test_follows_every_change(
    start: list[tuple[Candidate, int]], steps: list[Any], query: Snapshot, omit: frozenset[str]
) -> None:
    catalogue = dict(enumerate(start))
    index = Index(by_rank_capacity=4, by_worth_capacity=3)
    index.put_many((key, candidate, rank) for key, (candidate, rank) in catalogue.items())

    for key, entry in steps:
        if entry is None:
            catalogue.pop(key, None)
            index.remove(key)
        else:
            catalogue[key] = entry
            index.put(key, entry[0], rank=entry[1])
        assert len(index) == len(catalogue)
    assert_equal_answers(index, catalogue, query, omit)
