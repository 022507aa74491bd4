"""Nothing is launched or moved into dates that are closed to it: the calendar's guard of promotions."""

from __future__ import annotations

from calendar_app import blackout_words, entering
from calendar_app.entering import Entry
from calendar_app.selectors import blackouts
from core import project
from core.errors import DomainError
from core.words import speaking_for
from promotions.launch_guards import Occasion


class CalendarBlackout(DomainError):
    status = 409
    key = "calendar_blackout"
    message = "These dates are closed to promotions"


def refuse(occasion: Occasion) -> None:
    """Asked by the services that let something run or change its dates.

    :raises CalendarBlackout: a hard blackout would be entered.
    """
    found = [entry for entry in entered(occasion) if entry.closure.is_hard]
    if not found:
        return
    with speaking_for(project.current()):
        raise CalendarBlackout(
            blackout_words.refusal(found),
            resource_id=found[0].closure.id,
            resource_type="blackout",
        )


def entered(occasion: Occasion) -> list[Entry]:
    """What would newly be on while it is closed, hard blackouts first. A query or two."""
    if not occasion.after or not blackouts.present().exists():
        return []
    zone = project.current().zone
    return entering.entries(
        blackouts.closures(zone),
        occasion.before,
        occasion.after,
        now=occasion.now,
        zone=zone,
        resumes=occasion.resumes,
    )
