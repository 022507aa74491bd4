"""All that a decision may look at: basket, customer, candidates, stacking rules, time zone, `now`.

A snapshot is complete: `evaluate` reads nothing else, so a stored snapshot always gives the same outcome.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from engine import effects
from engine.basket import Basket
from engine.codec import DECODER, Data
from engine.reasons import Reason
from engine.stacking_rules import Category, StackingRules
from engine.validity import Validity


class RedeemableObject(StrEnum):
    """Wire values of `redeemables[].object`; a promotion stack arrives as its tiers."""

    VOUCHER = "voucher"
    PROMOTION_TIER = "promotion_tier"


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer(Data):
    """Who buys. None of the present checks reads it; it is kept so that a decision can be explained."""

    id: str | None = None
    source_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Uses(Data):
    """Redemption limit of a voucher. `held` = locks of other sessions; `quantity` None = unlimited."""

    quantity: int | None = None
    used: int = 0
    held: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate(Data):
    """One redeemable of the request, with its own facts and those of its campaign.

    `key` is what the client sent, unique within the request. `label` is what people call it (code, tier
    name), for texts; empty = the key. `campaign_validity` is None without a campaign; own fields beat it.
    `discount` is a parsed effect (`effects.parse(wire)`). A candidate that was refused before it came here
    (unknown code) has a `reason` instead, and becomes INAPPLICABLE in its place of the pipeline.

    :raises ValueError: neither `discount` nor `reason`, or a naive `published_at`.
    """

    key: str
    object: RedeemableObject = RedeemableObject.VOUCHER
    label: str = ""
    reason: Reason | None = None
    is_active: bool = True
    is_campaign_active: bool = True
    validity: Validity = field(default_factory=Validity)
    campaign_validity: Validity | None = None
    published_at: datetime | None = None
    uses: Uses = field(default_factory=Uses)
    discount: effects.Effect | None = field(default=None, metadata={DECODER: effects.parse})
    category: Category | None = None

    def __post_init__(self) -> None:
        if self.discount is None and self.reason is None:
            raise ValueError(f"candidate {self.key!r} has neither a discount nor a reason why it is refused")
        if self.published_at is not None and self.published_at.tzinfo is None:
            raise ValueError("instants carry their UTC offset")


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot(Data):
    """`candidates` stand in requested order; promotion stacks are replaced by their tiers in stored order.

    `basket` None = no order was sent. `time_zone` is the project's IANA name, `now` any aware instant.

    :raises ValueError: naive `now`, unknown time zone, or two candidates with the same key and object.
    """

    now: datetime
    time_zone: str = "UTC"
    basket: Basket | None = None
    customer: Customer | None = None
    candidates: tuple[Candidate, ...] = ()
    stacking_rules: StackingRules = field(default_factory=StackingRules)

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("now carries its UTC offset")
        names = {(candidate.object, candidate.key) for candidate in self.candidates}
        if len(names) != len(self.candidates):
            raise ValueError("a redeemable stands twice in the snapshot")
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, OSError) as error:
            raise ValueError(f"{self.time_zone!r} is not a time zone") from error
