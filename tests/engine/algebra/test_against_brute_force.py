"""The algebra against a search through everything: never a wrong "disjoint", every example confirmed.

Small here; `FANFARE_NIGHTLY=1` makes it 10,000 pairs.
"""

from __future__ import annotations

import os
from collections import Counter
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from engine import Candidate, algebra, spans
from engine.algebra import Answer, Profile
from tests.engine.algebra.drawing import promotion
from tests.engine.algebra.small_world import SINCE, UNTIL, WORLD, ZONE, Universe, side

IS_NIGHTLY: Final = os.environ.get("FANFARE_NIGHTLY") == "1"
PAIRS: Final = 10_000 if IS_NIGHTLY else 1_000
PROMOTIONS: Final = 400 if IS_NIGHTLY else 60
SEED: Final = "collisions"


def test_nothing_is_said_that_a_search_refutes() -> None:
    rng = Random(SEED)
    drawn = [promotion(rng, f"promo {number}") for number in range(PROMOTIONS)]
    profiles = [algebra.profile(side(one), WORLD) for one in drawn]
    universe = Universe(baskets_drawn=60 if IS_NIGHTLY else 30)
    told: Counter[str] = Counter()

    for _ in range(PAIRS):
        left, right = rng.sample(profiles, 2)
        told[_judged(left, right, universe)] += 1

    assert told["wrong"] == 0
    assert told["unconfirmed"] == 0
    assert told["cannot tell"] < PAIRS * 5 // 100, told
    assert told["overlaps"] > PAIRS // 4, told
    assert told["apart"] > PAIRS // 60, told
    assert told.total() == PAIRS, told


def _judged(left: Profile, right: Profile, universe: Universe) -> str:
    """`apart`: two that can be had, but never together; `never`: one that nobody gets."""
    a, b = left.side.candidate, right.side.candidate
    meeting = algebra.meet(left, right, world=WORLD, openings=_openings(a, b))
    if algebra.excludes(left, right):
        assert meeting.answer is Answer.DISJOINT
    if meeting.answer is Answer.DISJOINT:
        if universe.both(a, b) is not None:
            return "wrong"
        return "never" if left.is_impossible or right.is_impossible else "apart"
    if meeting.answer is Answer.UNKNOWN:
        assert meeting.opaque
        return "cannot tell"
    witness = meeting.witness
    assert witness is not None
    taken = [algebra.takes(algebra.as_live(one), witness, world=WORLD) for one in (a, b)]
    return "unconfirmed" if None in taken else "overlaps"


def _openings(left: Candidate, right: Candidate) -> spans.Spans:
    zone = ZoneInfo(ZONE)
    return spans.common(
        *(spans.openings(one.validity, zone, since=SINCE, until=UNTIL) for one in (left, right))
    )
