"""Budgets in explanations and in words, and in the index of candidates."""

from __future__ import annotations

from typing import Any

import pytest

from engine import (
    Basket,
    BudgetMeasure,
    Candidate,
    Snapshot,
    evaluate,
)
from engine.explain import explain
from engine.index import Index
from engine.summary import Names
from engine.summary import budget as in_words
from tests.engine.drawing import M, budget, on
from tests.engine.test_counting import NOW, below, code


def explained(candidate: Candidate) -> tuple[str, Any]:
    snapshot = Snapshot(now=NOW, basket=Basket(amount=10_000), candidates=(candidate,))
    (found,) = explain(snapshot, evaluate(snapshot), names=Names(currency="EUR"))
    return found.sentence, next(one for one in found.conditions if one.id == "budget:bud_1")


def test_an_explanation_of_what_was_cut() -> None:
    sentence, condition = explained(on("A", 500, budget(1000, 680, gives=True, period="today")))

    assert sentence == (
        "A applies and takes 3.20 EUR off, instead of 5.00 EUR: budget Black Friday had no more left."
    )
    assert condition.holds is True
    assert condition.text == (
        "Budget Black Friday: at most 10.00 EUR of discounts today; the last one gets what is left"
    )
    assert condition.found == "6.80 EUR used, this one needs 5.00 EUR, it gets 3.20 EUR"
    assert condition.actual == {"used": 680, "granted": 0, "left": 320, "wanted": 500, "given": 320}


def test_an_explanation_of_what_was_refused() -> None:
    sentence, condition = explained(on("A", 500, budget(1000, 680)))

    assert sentence == (
        "A cannot be used: budget Black Friday has 3.20 left, this discount needs 5.00."
        " Raise budget Black Friday."
    )
    assert condition.holds is False
    assert condition.remedy == "Raise budget Black Friday"
    assert condition.text == (
        "Budget Black Friday: at most 10.00 EUR of discounts; what would exceed it is refused"
    )


def test_an_explanation_of_what_was_not_judged_and_of_nobody() -> None:
    never = code("A", 500, rules=(below("order.amount", 1),), budgets=(budget(1000, 680),))

    assert explained(never)[1].holds is None
    assert explained(never)[1].found == "6.80 EUR used"
    assert explained(on("A", 500, budget(10, subject_missing=True)))[1].found == "the customer is not known"
    held = explained(on("A", 500, budget(1000, 1000, granted=600)))[1]
    assert held.found == "10.00 EUR used, 6.00 EUR held for this session, this one needs 5.00 EUR"


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (M.REDEMPTIONS, "at most 1,200 redemptions; what would exceed it is refused"),
        (M.ORDER_VALUE, "at most 12.00 EUR of order value; what would exceed it is refused"),
        (M.GIFT_CREDITS, "at most 12.00 EUR paid by gift cards; the last one gets what is left"),
        (M.UNITS, "at most 1,200 discounted units; the last one gets what is left"),
    ],
)
def test_budgets_in_words(measure: BudgetMeasure, words: str) -> None:
    assert in_words(budget(1200, 0, measure, gives=True), Names(currency="EUR")) == words


def test_the_index_keeps_to_budgets_and_holds() -> None:
    name = "campaign.orders.amount"
    candidates = [
        on("cut", 500, budget(320, gives=True)),
        on("refused", 500, budget(320)),
        on("free", 400),
        on("held", 300, rules=(below(name, 10),), counts={name: 10}, granted=frozenset({name})),
    ]
    index = Index()
    index.put_many((place, one, place) for place, one in enumerate(candidates))
    query = Snapshot(now=NOW, basket=Basket(amount=10_000))

    assert [(one.key, one.worth) for one in index.best(query, limit=4)] == [(2, 400), (0, 320), (3, 300)]
    assert [(one.key, one.worth) for one in index.least(query, limit=2)] == [(3, 300), (0, 320)]
