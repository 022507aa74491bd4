"""What whom needs first: the same cards for everybody who may see them, in another order."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from core.actors import Role
from core.staff import staff_duties, staff_role


class Card(StrEnum):
    """The value is the name of its template."""

    NUMBERS = "numbers"
    HOURS = "hours"
    LIVE = "live"
    MILESTONES = "milestones"
    BUDGETS = "budgets"
    REFUSALS = "refusals"
    CHANNELS = "channels"
    HOUSE = "house"
    LATEST = "latest"


WIDE: Final = frozenset({Card.NUMBERS, Card.HOURS, Card.LATEST})
_MARKETER: Final = (
    Card.NUMBERS,
    Card.LIVE,
    Card.MILESTONES,
    Card.HOURS,
    Card.BUDGETS,
    Card.REFUSALS,
    Card.CHANNELS,
    Card.HOUSE,
    Card.LATEST,
)
_OPERATIONS: Final = (
    Card.NUMBERS,
    Card.CHANNELS,
    Card.HOUSE,
    Card.LIVE,
    Card.MILESTONES,
    Card.HOURS,
    Card.BUDGETS,
    Card.REFUSALS,
    Card.LATEST,
)
_FINANCE: Final = (
    Card.NUMBERS,
    Card.BUDGETS,
    Card.LIVE,
    Card.HOURS,
    Card.MILESTONES,
    Card.REFUSALS,
    Card.CHANNELS,
    Card.HOUSE,
    Card.LATEST,
)
_SUPPORT: Final = (
    Card.REFUSALS,
    Card.LIVE,
    Card.LATEST,
    Card.NUMBERS,
    Card.MILESTONES,
    Card.BUDGETS,
    Card.CHANNELS,
    Card.HOUSE,
    Card.HOURS,
)
_OF_THE_HOUSE: Final = frozenset({Card.CHANNELS, Card.HOUSE})


def cards_for(user: Any, *, is_whole: bool) -> tuple[Card, ...]:
    """The cards of the page of this person, in order; who works in single areas has none about the house."""
    order = _order(user)
    return order if is_whole else tuple(card for card in order if card not in _OF_THE_HOUSE)


def _order(user: Any) -> tuple[Card, ...]:
    if "budgets.modify" in staff_duties(user):
        return _FINANCE
    match staff_role(user):
        case Role.ADMIN:
            return _OPERATIONS
        case Role.SUPPORT | Role.MERCHANT:
            return _SUPPORT
    return _MARKETER
