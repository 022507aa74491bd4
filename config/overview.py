"""The overview of insights as the first page of the admin, with a card of its neighbour, the calendar."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest

from calendar_app.admin import overview_card
from insights.admin.overview.lens import Card
from insights.admin.overview.page import context

_AFTER: Final = Card.MILESTONES
"""What begins and ends, then what collides."""


def overview(request: HttpRequest) -> dict[str, Any]:
    found = context(request)
    card = overview_card.card(request) if found["has_role"] else None
    if card is not None:
        place = next((at for at, one in enumerate(found["cards"], start=1) if one["key"] == _AFTER), 0)
        found["cards"].insert(place, card)
    return found
