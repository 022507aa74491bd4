"""What lies on the calendar: a campaign of codes, one tier of a promotion, or what somebody proposes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from engine import Candidate, Validity
from engine.validity import effective

NOT_LAUNCHED: Final = frozenset({"DRAFT", "IN_REVIEW", "CHANGES_REQUESTED", "APPROVED", "REJECTED"})
REACHING: Final = frozenset({"LIVE", "SCHEDULED", "APPROVED", "IN_REVIEW", "CHANGES_REQUESTED", "DRAFT"})
"""States from which something may still reach customers."""
DISABLED: Final = "DISABLED"
"""The state of a tier that is switched off while its campaign is on."""


class Channel(StrEnum):
    """How people are told of a campaign."""

    DISTRIBUTION = "DISTRIBUTION"
    PUBLICATION = "PUBLICATION"
    BANNER = "BANNER"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """A budget that the campaign draws on. `left` in the unit of its measure; None: not known."""

    id: int
    name: str
    left: int | None = None
    is_money: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A segment is told of a campaign. `at` None: not at one instant, but whenever `trigger` says."""

    id: str
    name: str
    channel: Channel
    segment: str
    at: datetime | None = None
    trigger: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """`unit` is the campaign or request that it belongs to: what conflicts are between.

    `candidate` is what the evaluator would see of it once it is launched, switched on and not used by anyone;
    None: each of its codes has a discount of its own, or its terms cannot be read. `places` are words of
    `core.places`, `channels` what it is for, empty = everywhere. `segments` are those that its rules name,
    `told` those that its codes or messages go to. `owner_id` is the actor who made it.
    `daily_cost` is what it may give away a day, in minor units. `digest` changes with all that is told here.
    """

    key: str
    unit: str
    campaign_id: int = 0
    tier_id: int | None = None
    request_id: int | None = None
    public_id: str = ""
    name: str
    tier_name: str = ""
    state: str = "LIVE"
    campaign_type: str = "DISCOUNT_COUPONS"
    candidate: Candidate | None = None
    places: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    category_id: str = ""
    category: str = ""
    owner: str = ""
    owner_id: str = ""
    segments: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    budgets: tuple[Pool, ...] = ()
    messages: tuple[Message, ...] = ()
    banner: str = ""
    daily_cost: int | None = None
    is_ghost: bool = False
    digest: str = ""

    @property
    def can_reach(self) -> bool:
        return self.is_ghost or self.state in REACHING

    @property
    def is_draft(self) -> bool:
        return self.state in NOT_LAUNCHED

    @property
    def label(self) -> str:
        return f"{self.name} / {self.tier_name}" if self.tier_name else self.name

    @property
    def validity(self) -> Validity:
        """Its own time limits merged with its campaign's."""
        if self.candidate is None:
            return Validity()
        candidate = self.candidate
        return effective(
            own=candidate.validity, parent=candidate.campaign_validity, published_at=None, zone=UTC
        )

    @property
    def starts_at(self) -> datetime | None:
        return self.validity.starts_at

    @property
    def ends_at(self) -> datetime | None:
        return self.validity.ends_at


def moved(items: Iterable[Item], *, starts_at: datetime | None, ends_at: datetime | None) -> list[Item]:
    """The same campaign at other dates. Dates that a tier has of its own move along with the start."""
    return [_moved(item, starts_at, ends_at) for item in items]


def _moved(item: Item, starts_at: datetime | None, ends_at: datetime | None) -> Item:
    candidate = item.candidate
    if candidate is None:
        return item
    above = candidate.campaign_validity or Validity()
    by = _distance((above.starts_at, starts_at), (above.ends_at, ends_at))
    return replace(
        item,
        digest="",
        candidate=replace(
            candidate,
            campaign_validity=replace(above, starts_at=starts_at, ends_at=ends_at),
            validity=replace(
                candidate.validity,
                starts_at=_later(candidate.validity.starts_at, by),
                ends_at=_later(candidate.validity.ends_at, by),
            ),
        ),
    )


def _distance(*edges: tuple[datetime | None, datetime | None]) -> timedelta:
    return next((new - old for old, new in edges if old is not None and new is not None), timedelta())


def _later(moment: datetime | None, by: timedelta) -> datetime | None:
    return None if moment is None else moment + by
