"""The board: the same after changes as from nothing, and bounded in what it asks for."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from calendar_app.overlapping.board import FEWEST, kept_of
from calendar_app.overlaps import Board, Found, Item, Kind, against
from engine import Validity
from tests.bench import calendar as generated
from tests.calendar_app.overlaps.made import item, percent, world


def told(found: list[Found]) -> set[tuple[str, str]]:
    return {(one.key, one.severity) for one in found}


def later(some: list[Item], days: int) -> list[Item]:
    changed = []
    for one in some:
        assert one.candidate is not None
        above = one.candidate.campaign_validity or Validity()
        ends_at = generated.NOW + timedelta(days=days)
        moved = replace(above, starts_at=generated.NOW - timedelta(days=1), ends_at=ends_at)
        changed.append(replace(one, candidate=replace(one.candidate, campaign_validity=moved)))
    return changed


@pytest.mark.parametrize("seed", range(2))
def test_after_changes_it_says_what_a_new_one_says(seed: int) -> None:
    draw = random.Random(seed)
    items = {one.key: one for one in generated.campaigns(24, seed=seed)}
    around = generated.surroundings()
    board = Board(around, items.values())
    board.conflicts()

    for step in range(5):
        unit = f"campaign:{draw.randrange(1, 25)}"
        own = [one for one in items.values() if one.unit == unit]
        for one in own:
            board.remove(one.key)
            del items[one.key]
        if step % 3:
            for one in later(own, days=step):
                board.put(one)
                items[one.key] = one
        board.conflicts()

    # The purchase that shows a conflict may be another one, and with it how much is taken off.
    kinds = {one.key for one in board.conflicts()}
    assert kinds == {one.key for one in Board(around, items.values()).conflicts()}


def test_the_order_in_which_items_come_does_not_matter() -> None:
    items = list(generated.campaigns(30))
    around = generated.surroundings()

    first, second = Board(around, items), Board(around, reversed(items))

    assert {one.key for one in first.conflicts()} == {one.key for one in second.conflicts()}


def test_small_calendars_are_told_whole_and_large_ones_by_their_heaviest() -> None:
    assert [kept_of(size) for size in (2, 64, 65, 1_000, 5_000)] == [3_072, 96, 48, 6, FEWEST]
    items = [item(number, discount=percent(number % 30 + 1)) for number in range(1, 41)]

    board = Board(world(), items)

    assert len(board.conflicts()) == 40 * 39 // 2
    assert board.left_out == {}


def test_what_is_left_out_is_counted_and_the_heaviest_are_kept() -> None:
    items = [item(number, daily_cost=1_000 * number) for number in range(1, 301)]
    board = Board(world(), items)
    kept = kept_of(300)

    found = board.of("campaign:1")

    assert {one.right.campaign_id for one in found if one.right} == set(range(300, 300 - kept, -1))
    assert board.left_out["campaign:1"] == 299 - kept


def test_a_heavy_newcomer_is_looked_at_by_everybody() -> None:
    size = 130
    board = Board(world(), [item(number, daily_cost=1_000) for number in range(1, size + 1)])
    board.conflicts()
    assert kept_of(size) < size // 2

    board.put(item(999, daily_cost=10**9))
    assert len(board.of("campaign:999")) == size

    board.remove("campaign:999")
    assert board.of("campaign:999") == []


def test_work_is_bounded_however_many_meet() -> None:
    """They may meet in thousands of pairs; the evaluator is asked of some, and searches are rare."""
    size = 140
    board = Board(generated.surroundings(), generated.campaigns(size))

    found = [one for one in board.conflicts() if one.kind in (Kind.DOUBLE_DISCOUNT, Kind.EXCLUSIVE_CLASH)]

    kept = kept_of(size)
    assert len(found) <= size * kept
    assert board.judge.steps <= 3 * len(found)
    assert board.judge.meetings <= size // 2
    asked = board.judge.steps
    board.put_many(later([one for one in board.items if one.unit == "campaign:7"], days=9))
    board.conflicts()
    assert board.judge.steps - asked <= 3 * (size + kept)


def test_asking_about_a_draft_says_what_putting_it_would() -> None:
    items = list(generated.campaigns(30))
    draft = [one for one in items if one.unit == "campaign:5"]
    board = Board(generated.surroundings(), [one for one in items if one.unit != "campaign:5"])

    asked = against(draft, board)
    board.put_many(draft)

    assert told(asked) == told([one for one in board.of("campaign:5") if one.right is not None])


def test_a_changed_campaign_is_not_compared_with_itself() -> None:
    board = Board(world(), [item(1), item(2)])

    found = against([item(1, discount=percent(50))], board)

    assert [one.key for one in found] == ["DOUBLE_DISCOUNT:campaign:1|campaign:2"]


def test_removing_what_is_not_there_is_fine() -> None:
    board = Board(world(), [item(1)])

    board.remove("campaign:9")

    assert [one.key for one in board.items] == ["campaign:1"]
