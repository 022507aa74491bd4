"""Where a promotion stands, as the calendar says it: by a word and by a pattern, never by colour alone.

Contract: governance K2.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from promotions import words


class Standing(StrEnum):
    """The value stands in addresses, and is the name of the pattern."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    REJECTED = "rejected"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    LIVE = "live"
    PAUSED = "paused"
    DISABLED = "disabled"
    ENDED = "ended"

    @property
    def text(self) -> str:
        """As the rest of the house calls it, in English."""
        return _TEXTS[self]


_TEXTS: Final[Mapping[Standing, str]] = {
    Standing.DRAFT: words.DRAFT,
    Standing.IN_REVIEW: words.IN_REVIEW,
    Standing.CHANGES_REQUESTED: words.CHANGES_REQUESTED,
    Standing.REJECTED: words.REJECTED,
    Standing.APPROVED: words.APPROVED,
    Standing.SCHEDULED: words.SCHEDULED,
    Standing.LIVE: words.RUNNING,
    Standing.PAUSED: words.PAUSED,
    Standing.DISABLED: words.DISABLED,
    Standing.ENDED: words.ENDED,
}
_BY_TEXT: Final = {text: standing for standing, text in _TEXTS.items()}

PLANNED: Final = frozenset(
    {Standing.DRAFT, Standing.CHANGES_REQUESTED, Standing.IN_REVIEW, Standing.APPROVED}
)
"""Nobody gets it, and it may still come."""
OVER: Final = frozenset({Standing.ENDED, Standing.REJECTED})
"""Nothing comes of it any more, unless somebody changes it."""


def of(text: str) -> Standing:
    """What `promotions.words` says of a campaign or tier, as a value."""
    return _BY_TEXT[text]
