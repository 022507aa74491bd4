"""How well the judge tells honest from abusive, over histories that were not looked at while it was made."""

from __future__ import annotations

import pytest

from tests.referrals.histories import ABUSE, HONEST, Kind
from tests.referrals.quality import Quality, measure

SEEDS = range(200, 208)


@pytest.fixture(scope="module")
def quality() -> Quality:
    return measure(SEEDS)


def test_self_referral_and_rings_are_caught(quality: Quality) -> None:
    assert quality.recall(Kind.SELF) >= 0.95
    assert quality.recall(Kind.SELF, Kind.RING) >= 0.95


def test_rings_are_known_when_they_close(quality: Quality) -> None:
    """What began like a flat share and was let through is named by the judgement that closes the circle."""
    assert quality.recall(Kind.RING) >= 0.9
    assert quality.recall(Kind.RING, with_later=True) >= 0.95


def test_what_is_held_or_refused_is_mostly_an_abuse(quality: Quality) -> None:
    assert quality.precision(*ABUSE, against=HONEST) >= 0.95
    assert quality.precision(*ABUSE, against=HONEST, with_later=True) >= 0.95


@pytest.mark.parametrize("kind", ABUSE)
def test_each_kind_of_sign_points_to_abuses(quality: Quality, kind: Kind) -> None:
    assert quality.claimed_precision(kind) >= 0.9


def test_bots_and_returning_customers_are_caught(quality: Quality) -> None:
    assert quality.recall(Kind.BOT) >= 0.8
    assert quality.recall(Kind.RETURNING) >= 0.9


@pytest.mark.parametrize("kind", [Kind.FAMILY, Kind.FLAT])
def test_families_and_flat_shares_are_seldom_held(quality: Quality, kind: Kind) -> None:
    counts = quality.kinds[kind]

    assert counts.all > 1000
    assert counts.held / counts.all < 0.05


def test_nobody_honest_is_refused(quality: Quality) -> None:
    assert [quality.kinds[kind].refused for kind in HONEST] == [0, 0, 0, 0, 0]
