"""The card "Collisions" of the overview: how many are open, and the most expensive ones."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Count, Window
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from calendar_app import conflict_words
from calendar_app.admin import conflict_cards
from calendar_app.models import Conflict
from calendar_app.selectors import conflict_lists
from calendar_app.selectors.conflict_lists import Wanted
from core.staff import staff_allows

_MOST: Final = 4


def card(request: HttpRequest) -> dict[str, Any] | None:
    """As the overview wants its cards; None: not for this person. One query."""
    if not staff_allows(request.user, "calendar.read"):
        return None
    wanted = Wanted(states=(Conflict.State.OPEN.value,), severities=conflict_lists.CONSIDERABLE)
    # The shown ones bring the number of all along.
    found = conflict_lists.listed(wanted).annotate(number=Window(Count("pk")))[:_MOST]
    rows: list[Any] = list(found)
    number = rows[0].number if rows else 0
    return {
        "key": "collisions",
        "template": "calendar_app/admin/overview_collisions.html",
        "is_wide": True,
        "lines": [
            {
                "sentence": format_html(
                    '<a class="fanfare-link" href="{}">{}</a>', conflict_cards.url_of(row), row.sentence
                ),
                "severity": conflict_words.severity(row),
                "cost": conflict_words.cost(row),
            }
            for row in rows
        ],
        "number": number,
        "others": max(0, number - len(rows)),
        "url": reverse("admin:calendar_conflicts"),
    }
