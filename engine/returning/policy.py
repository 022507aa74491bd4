"""What becomes of a discount when a part of the order comes back, and the decisions of an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.outcome import Outcome
from engine.snapshot import RedeemableObject, Snapshot


class ReturnPolicy(StrEnum):
    """KEEP: returned units are refunded at what was paid for them, the rest keeps its discount.

    CHARGE_BACK: the same as long as the conditions still hold for the rest; when they do not, the rest loses
    the discount, and the refund is smaller by it. REEVALUATE: the rest costs what it would have cost alone.
    """

    KEEP = "KEEP"
    REEVALUATE = "REEVALUATE"
    CHARGE_BACK = "CHARGE_BACK"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One redemption request of an order that still stands: `id` names it, the rest is as it was stored.

    `policies` say by (object, key) what holds for a redeemable; KEEP where nothing is said. A card that paid
    has no policy: what it paid goes back to it.
    """

    id: str
    snapshot: Snapshot
    outcome: Outcome
    policies: Mapping[tuple[RedeemableObject, str], ReturnPolicy] = field(default_factory=dict)
