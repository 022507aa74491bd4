"""How well a judge does: counts by kind over histories with labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from referrals.findings import Outcome
from referrals.thresholds import Thresholds
from tests.referrals.histories import Kind, referrals
from tests.referrals.neighbours import walk


@dataclass(kw_only=True)
class Counts:
    """`later`: let through, and named afterwards by the judgement of another referral."""

    all: int = 0
    held: int = 0
    refused: int = 0
    later: int = 0

    @property
    def caught(self) -> int:
        return self.held + self.refused


@dataclass(kw_only=True)
class Quality:
    kinds: dict[Kind, Counts] = field(default_factory=lambda: {kind: Counts() for kind in Kind})

    def recall(self, *kinds: Kind, with_later: bool = False) -> float:
        """Share of these kinds that was held or refused."""
        chosen = [self.kinds[kind] for kind in kinds]
        caught = sum(each.caught + (each.later if with_later else 0) for each in chosen)
        return caught / sum(each.all for each in chosen)

    def precision(self, *kinds: Kind, against: Iterable[Kind], with_later: bool = False) -> float:
        """Share of what was held or refused among these kinds and `against` that belongs to these."""

        def caught(chosen: Iterable[Kind]) -> int:
            each = [self.kinds[kind] for kind in chosen]
            return sum(one.caught + (one.later if with_later else 0) for one in each)

        right = caught(kinds)
        return right / (right + caught(against))


def measure(seeds: Iterable[int], limits: Thresholds | None = None, *, scale: int = 1) -> Quality:
    """Judge the histories of these seeds, each for itself."""
    quality = Quality()
    for seed in seeds:
        let_through: dict[str, Kind] = {}
        for referral, _, judgement in walk(referrals(seed, scale=scale), limits):
            counts = quality.kinds[referral.kind]
            counts.all += 1
            counts.held += judgement.outcome is Outcome.HOLD
            counts.refused += judgement.outcome is Outcome.REFUSE
            if judgement.outcome is Outcome.ACCEPT:
                let_through[referral.id] = referral.kind
            for name in judgement.earlier:
                kind = let_through.pop(name, None)
                if kind is not None:
                    quality.kinds[kind].later += 1
    return quality
