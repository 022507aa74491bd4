"""What collisions are called: their kinds, how bad they are, what became of them, how certain they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import pgettext_lazy as pgettext

from calendar_app.models import Conflict
from calendar_app.overlaps import How, Kind, Severity
from core import words
from engine.algebra import Answer

KINDS: Final = {
    Kind.EXCLUSIVE_CLASH: gettext_lazy("Only one of them applies"),
    Kind.DOUBLE_DISCOUNT: gettext_lazy("Discounted twice"),
    Kind.SHARED_BUDGET: gettext_lazy("One budget for both"),
    Kind.BLACKOUT: gettext_lazy("In a blackout"),
    Kind.COMPETING_MESSAGES: gettext_lazy("Competing messages"),
    Kind.AREA_COLLISION: gettext_lazy("In the same area"),
    Kind.UNKNOWN: gettext_lazy("Cannot be told"),
}
MEANINGS: Final = {
    Kind.EXCLUSIVE_CLASH: gettext_lazy(
        "A customer who could have both gets only one of them: the stacking rules let only one through."
    ),
    Kind.DOUBLE_DISCOUNT: gettext_lazy("The same product is discounted by both, one after the other."),
    Kind.SHARED_BUDGET: gettext_lazy("Both draw on one budget: what one spends is missing for the other."),
    Kind.BLACKOUT: gettext_lazy("It would run, or begin, while nothing like it should."),
    Kind.COMPETING_MESSAGES: gettext_lazy("Both speak to the same customers at the same time."),
    Kind.AREA_COLLISION: gettext_lazy("Both apply in the same area or store."),
    Kind.UNKNOWN: gettext_lazy("A condition cannot be read in advance, so that nobody can rule it out."),
}
SEVERITIES: Final = {
    Severity.HIGH: (pgettext("of a collision", "High"), "danger"),
    Severity.MEDIUM: (pgettext("of a collision", "Medium"), "warning"),
    Severity.LOW: (pgettext("of a collision", "Low"), "plain"),
}
STATES: Final = {
    Conflict.State.OPEN: (pgettext("state of a collision", "Open"), "warning"),
    Conflict.State.ACCEPTED: (pgettext("state of a collision", "Accepted"), "info"),
    Conflict.State.GONE: (pgettext("state of a collision", "Gone"), "success"),
}


def kind(value: str) -> str:
    return str(KINDS.get(Kind(value), value))


def meaning(value: str) -> str:
    return str(MEANINGS.get(Kind(value), ""))


def severity(conflict: Conflict) -> str:
    return words.label(*map(str, SEVERITIES[Severity(conflict.severity)]))


def state(conflict: Conflict) -> str:
    return words.label(*map(str, STATES[Conflict.State(conflict.state)]))


def is_proved(conflict: Conflict) -> bool:
    return conflict.certainty == Answer.OVERLAPS


def certainty(conflict: Conflict) -> str:
    """Whether a basket shows it, or a condition leaves it open."""
    if is_proved(conflict):
        if conflict.facts.get("receipt"):
            return gettext("Proved by a basket")
        return gettext("Certain")
    return gettext("May be: nobody can rule it out")


def unknown(conflict: Conflict) -> list[str]:
    """What cannot be told, one sentence for each condition."""
    found = conflict.facts.get("opaque") or []
    return [one if isinstance(one, str) else str(one.get("text") or one.get("what") or "") for one in found]


def window(starts_at: datetime, ends_at: datetime | None) -> str:
    """5 Dec 2026, 16:00 – 5 Dec 2026, 22:00; from 5 Dec 2026, 16:00 on"""
    if ends_at is None:
        return gettext("from %(start)s on") % {"start": words.when(starts_at)}
    return f"{words.when(starts_at)} – {words.when(ends_at)}"


def windows(found: Sequence[tuple[datetime, datetime | None]], most: int) -> tuple[list[str], int]:
    """The first of them in words, and how many more there are."""
    return [window(*one) for one in found[:most]], max(0, len(found) - most)


def customers(conflict: Conflict) -> str:
    return counted(conflict.customers, conflict.customers_how)


def products(conflict: Conflict) -> str:
    return counted(conflict.products, conflict.products_how)


def counted(number: int | None, how: str) -> str:
    """412; about 400; more than 10,000; empty where nobody counted."""
    if number is None or how == How.UNKNOWN:
        return ""
    said = words.number(number)
    match how:
        case How.ABOUT:
            return gettext("about %(number)s") % {"number": said}
        case How.MORE_THAN:
            return gettext("more than %(number)s") % {"number": said}
    return said


def cost(conflict: Conflict) -> str:
    """What it may cost; empty where that cannot be estimated."""
    if conflict.cost is None:
        return ""
    return gettext("about %(amount)s") % {"amount": words.money(_rounded(conflict.cost))}


def _rounded(amount: int) -> int:
    """To two digits that say something: an estimate is not exact to the cent."""
    unit = 10 ** max(0, len(str(abs(amount))) - 2)
    return (amount + unit // 2) // unit * unit


def together(facts: Mapping[str, Any]) -> str:
    """44 %: what both take off together; empty without a basket."""
    percent = (facts.get("receipt") or {}).get("percent") or facts.get("together_percent")
    return f"{percent}\N{NO-BREAK SPACE}%" if percent not in (None, "") else ""
