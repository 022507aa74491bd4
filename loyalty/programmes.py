"""How a loyalty programme works: what stands in `Campaign.loyalty`, read and checked in one place.

Contract: loyalty 2. `points`, `expiration_rules`, `auto_join` and `tiers_expiration` (on the wire
`loyalty_tiers_expiration`) are the contract's, the others are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from core.errors import InvalidPayload
from loyalty import expiry, tier_terms
from promotions.models import Campaign

MOST_POINTS: Final = 10**15
"""Points that a card may get in all (INVARIANTS M1)."""
LONGEST_REMINDER: Final = 365


class Debts(StrEnum):
    """What happens when points are taken back that were spent already."""

    BLOCK = "BLOCK"
    """Only what is there is taken; the rest stays earned, and is reported."""
    ALLOW = "ALLOW"
    """The balance goes below zero; what comes next pays it."""
    WRITE_OFF = "WRITE_OFF"
    """The balance stops at zero, the programme bears the rest."""


@dataclass(frozen=True, kw_only=True)
class Programme:
    """The settings of a programme.

    `counts_additions` and `counts_transfers`: whether these count for tiers by points collected in a period.
    `reminder_days`: so long before points end their holder is told; None: never.
    """

    points: int = 0
    expiration_rules: Mapping[str, Any] | None = None
    auto_join: bool = False
    tiers_expiration: Mapping[str, Any] | None = None
    debts: Debts = Debts.WRITE_OFF
    reverse_on_return: bool = True
    counts_additions: bool = False
    counts_transfers: bool = False
    reminder_days: int | None = None

    @classmethod
    def of(cls, campaign: Campaign) -> Programme:
        return cls.read(campaign.loyalty or {})

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Programme:
        """`stored` passed `check`."""
        counts = stored.get("counts") or {}
        return cls(
            points=stored.get("points") or 0,
            expiration_rules=stored.get("expiration_rules"),
            auto_join=bool(stored.get("auto_join")),
            tiers_expiration=stored.get("tiers_expiration"),
            debts=Debts(stored.get("debts") or Debts.WRITE_OFF),
            reverse_on_return=stored.get("reverse_on_return", True) is not False,
            counts_additions=bool(counts.get("additions")),
            counts_transfers=bool(counts.get("transfers")),
            reminder_days=stored.get("reminder_days"),
        )


_KNOWN: Final = frozenset(
    {
        "points",
        "expiration_rules",
        "auto_join",
        "tiers_expiration",
        "debts",
        "reverse_on_return",
        "counts",
        "reminder_days",
    }
)


def check(loyalty: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of these settings; words that nobody knows are left out.

    :raises InvalidPayload: a number or word that cannot be.
    """
    kept = {name: value for name, value in loyalty.items() if name in _KNOWN}
    points = kept.setdefault("points", 0)
    if not isinstance(points, int) or isinstance(points, bool) or not 0 <= points <= MOST_POINTS:
        raise InvalidPayload(f"loyalty_card.points: a whole number from 0 to {MOST_POINTS} is expected.")
    if kept.get("expiration_rules") is not None:
        expiry.check(kept["expiration_rules"], at="loyalty_card.expiration_rules")
    if kept.get("tiers_expiration") is not None:
        tier_terms.check(kept["tiers_expiration"])
    if kept.get("debts") not in (None, *Debts):
        raise InvalidPayload(f"debts: one of {', '.join(Debts)} is expected.")
    for name in ("auto_join", "reverse_on_return"):
        if not isinstance(kept.get(name, False), bool):
            raise InvalidPayload(f"{name}: true or false is expected.")
    _check_counts(kept.get("counts"))
    days = kept.get("reminder_days")
    if days is not None and (
        not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= LONGEST_REMINDER
    ):
        raise InvalidPayload(f"reminder_days: 1 to {LONGEST_REMINDER} days are possible.")
    return kept


def _check_counts(counts: object) -> None:
    if counts is None:
        return
    if (
        not isinstance(counts, Mapping)
        or counts.keys() - {"additions", "transfers"}
        or not all(isinstance(value, bool) for value in counts.values())
    ):
        raise InvalidPayload("counts: additions and transfers are expected, each true or false.")
