"""Within which `used` of a budget a decision stays what it is."""

from __future__ import annotations

from dataclasses import replace

from engine import Basket, Candidate, Snapshot, evaluate, guards, rules
from tests.engine.drawing import LINES, M, budget, on
from tests.engine.test_counting import NOW

type Range = tuple[str, str, int, int | None, int | None]


def ranges(*candidates: Candidate, basket: Basket | None = None) -> list[Range]:
    snapshot = Snapshot(now=NOW, basket=basket or Basket(amount=10_000), candidates=candidates)
    found = guards(snapshot, evaluate(snapshot))
    return [(one.key, one.name, one.amount, one.lowest, one.highest) for one in found]


def test_what_fits() -> None:
    assert ranges(on("A", 500, budget(1000, 200))) == [("A", "budget:bud_1", 500, None, 500)]
    assert ranges(on("A", 500, budget(1000, 200, gives=True))) == [("A", "budget:bud_1", 500, None, 500)]
    assert ranges(on("A", 500, budget(9, 2, M.REDEMPTIONS))) == [("A", "budget:bud_1", 1, None, 8)]
    assert ranges(on("A", 0, budget(1000, 1200))) == [("A", "budget:bud_1", 0, None, None)]


def test_what_was_cut_is_cut_elsewhere_as_soon_as_the_budget_moves() -> None:
    assert ranges(on("A", 500, budget(1000, 680, gives=True))) == [("A", "budget:bud_1", 320, 680, 680)]


def test_a_budget_that_had_more_than_another_gave_may_lose_that() -> None:
    both = (budget(1000, 600, gives=True), budget(300, gives=True, id="bud_2"))

    assert ranges(on("A", 500, *both)) == [
        ("A", "budget:bud_1", 300, 600, 700),
        ("A", "budget:bud_2", 300, 0, 0),
    ]


def test_a_budget_that_judges_what_another_one_left() -> None:
    both = (budget(300, gives=True), budget(1000, 600, id="bud_2"))

    assert ranges(on("A", 500, *both)) == [
        ("A", "budget:bud_1", 300, 0, 0),
        ("A", "budget:bud_2", 300, None, 700),
    ]


def test_one_that_would_cut_what_another_one_did_cut_has_to_keep_its_room() -> None:
    both = (budget(1, gives=True, measure=M.UNITS), budget(1000, 300, gives=True, id="bud_2"))
    all_lines = rules.parse({"applicable_to": {"included_all": True}})
    wire = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_BY_QUANTITY", "amount_off": 100}

    assert ranges(on("A", wire, *both, rules=(all_lines,)), basket=Basket(lines=LINES)) == [
        ("A", "budget:bud_1", 1, 0, 0),
        ("A", "budget:bud_2", 100, None, 600),
    ]


def test_what_is_held_does_not_depend_on_others() -> None:
    held = budget(1000, 1000, granted=500)

    assert ranges(on("A", 500, held)) == [("A", "budget:bud_1", 500, None, None)]
    assert ranges(on("A", 600, replace(held, used=400))) == [("A", "budget:bud_1", 600, None, 400)]
    cut = replace(budget(1000, 1000, gives=True), granted=300)
    assert ranges(on("A", 500, cut)) == [("A", "budget:bud_1", 300, 700, None)]


def test_two_codes_speak_of_the_budget_before_the_request() -> None:
    pool = budget(1000, 200)

    assert ranges(on("A", 300, pool), on("B", 400, pool)) == [
        ("A", "budget:bud_1", 300, None, 700),
        ("B", "budget:bud_1", 400, None, 300),
    ]
