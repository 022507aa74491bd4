"""Sorted thresholds with the sets of their prefixes, also after single changes."""

from __future__ import annotations

import random

import pytest

from engine.index.thresholds import Thresholds


@pytest.mark.parametrize("seed", range(6))
def test_finds_the_slots_whose_threshold_is_reached(seed: int) -> None:
    chance = random.Random(seed)
    kept = {
        slot: chance.randrange(50) for slot in chance.sample(range(1000), chance.choice([0, 63, 64, 300]))
    }
    thresholds = Thresholds()
    for slot, value in kept.items():
        thresholds.add(value, slot)
    thresholds.seal()

    for _ in range(200):
        thresholds = thresholds.copy()
        slot = chance.randrange(1000)
        if slot in kept:
            del kept[slot]
            thresholds.remove(slot)
        else:
            kept[slot] = chance.randrange(50)
            thresholds.add(kept[slot], slot)
        thresholds.seal()
        number = chance.randrange(-1, 52)
        expected = sum(1 << slot for slot, value in kept.items() if value <= number)

        assert thresholds.hits(number) == expected
        assert thresholds.values() == kept


def test_slots_that_are_not_there_can_be_removed() -> None:
    thresholds = Thresholds()
    thresholds.add(5, 1)
    thresholds.seal()
    thresholds.remove(2)

    assert thresholds.hits(5) == 0b10
