"""The histories are what their descriptions say: mostly honest, in order, the same for the same seed."""

from __future__ import annotations

from collections import Counter

from tests.referrals.histories import ABUSE, Kind, referrals


def test_equal_seeds_tell_equal_histories() -> None:
    assert referrals(5) == referrals(5)
    assert referrals(5) != referrals(6)


def test_a_history_is_in_order_and_mostly_honest() -> None:
    found = referrals(7)
    abuses = sum(one.is_abuse for one in found)

    assert [one.attempt.at for one in found] == sorted(one.attempt.at for one in found)
    assert 0.05 < abuses / len(found) < 0.15
    assert {one.kind for one in found} == set(Kind)
    assert all(one.is_abuse == (one.kind in ABUSE) for one in found)


def test_nobody_converts_before_he_exists() -> None:
    assert all(one.attempt.referee.created_at <= one.attempt.at for one in referrals(8))


def test_every_ring_comes_round() -> None:
    groups: dict[int, list[tuple[str, str]]] = {}
    found = referrals(9)
    for one in found:
        pair = (one.attempt.referrer.id, one.attempt.referee.id)
        groups.setdefault(one.group, []).append(pair)
    rings = {one.group for one in found if one.kind is Kind.RING}

    sizes = Counter(len(groups[group]) for group in rings)
    assert len(rings) == 14
    assert set(sizes) <= {2, 3, 4, 5, 6}
    assert all(
        {referee for _, referee in groups[ring]} == {referrer for referrer, _ in groups[ring]}
        for ring in rings
    )
