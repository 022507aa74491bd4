"""How well a judge does: counts by kind over histories with labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from referrals.findings import Outcome
from referrals.thresholds import Thresholds
from tests.referrals.histories import Kind, referrals
from tests.referrals.neighbours import walk

_CLAIMS: Final = {
    Kind.SELF: (
        "same_customer same_email crowded_email similar_email same_phone same_payment family_phone "
        "family_payment same_name same_address same_device"
    ),
    Kind.RING: "ring chain_of_one",
    Kind.BOT: "shared_email shared_payment shared_device many_in_hour many_in_day clockwork fresh_accounts",
    Kind.RETURNING: "has_ordered ordered_before has_other_account old_account",
}
_CLAIMED_BY: Final = {key: kind for kind, keys in _CLAIMS.items() for key in keys.split()}


@dataclass(kw_only=True)
class Counts:
    """`later`: let through, and named afterwards by the judgement of another referral.

    `rightly`, `wrongly`: abuses, of whatever kind, and honest referrals that were held or refused because of
    a sign of this kind before all.
    """

    all: int = 0
    held: int = 0
    refused: int = 0
    later: int = 0
    rightly: int = 0
    wrongly: int = 0

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

    def claimed_precision(self, kind: Kind) -> float:
        """Share of abuses among what signs of this kind held or refused."""
        counts = self.kinds[kind]
        return counts.rightly / (counts.rightly + counts.wrongly)

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
            else:
                claimed = quality.kinds[_CLAIMED_BY[judgement.findings[0].key]]
                claimed.rightly += referral.is_abuse
                claimed.wrongly += not referral.is_abuse
            for name in judgement.earlier:
                kind = let_through.pop(name, None)
                if kind is not None:
                    quality.kinds[kind].later += 1
    return quality
