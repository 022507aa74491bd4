"""What stands in the way of a launch, filled from above: floors over this one know what promotions do not.

Services that let something run, or change when and where it runs, ask here inside their transaction; so a
guard refuses whoever calls them, over the API, in the admin and when an approval is carried out alike. A
guard reads and raises a `DomainError`; it changes nothing. The calendar's blackout dates are the first one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.validity import Validity


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Something that is offered by itself: the codes of a campaign ("campaign:5") or one tier ("tier:7").

    `validity` is what counts: a tier's own limits over its campaign's. `places` are words of `core.places`,
    `category` is a public id.
    """

    key: str
    name: str
    validity: Validity
    places: frozenset[str]
    category: str | None
    campaign_type: str


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What was offered, or was going to be, and what will be. Of what was not launched nothing is.

    `resumes`: it was switched off for a while and goes on as it was planned.
    """

    campaign_id: int
    campaign_name: str
    before: tuple[Offer, ...]
    after: tuple[Offer, ...]
    now: datetime
    resumes: bool = False


type Guard = Callable[[Occasion], None]

_guards: Final[dict[str, Guard]] = {}


def register(name: str, guard: Guard) -> None:
    """From `AppConfig.ready()`."""
    _guards[name] = guard


def ask(occasion: Occasion) -> None:
    """:raises DomainError: a guard refuses."""
    if occasion.before != occasion.after:
        for guard in _guards.values():
            guard(occasion)
