"""One collision as a card: the sentence, both campaigns, when, whom, what it costs, the basket that shows it.

Rows of a page are drawn together: names are looked up once, so a page costs the same whatever is on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from calendar_app import conflict_words
from calendar_app.admin import conflict_fixes, conflict_receipts
from calendar_app.admin.conflict_fixes import FixButton
from calendar_app.admin.conflict_receipts import Names, ReceiptShown
from calendar_app.models import Blackout, Conflict
from core import words
from core.admin.pages import Fact
from promotions.admin.seeing_buttons import CALENDAR
from promotions.models import Campaign, PromotionTier

PAGE: Final = "admin:calendar_conflict"
_MOST_WINDOWS: Final = 3
_PROPOSAL: Final = "proposal:"
_BLACKOUT: Final = "blackout:"


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two. `url` leads to its campaign, "" where there is no page."""

    name: str
    url: str
    period: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    conflict: Conflict
    url: str
    sides: list[Side]
    kind: str
    meaning: str
    severity: str
    state: str
    is_proved: bool
    certainty: str
    unknown: list[str]
    windows: list[str]
    more_windows: int
    facts: list[Fact]
    receipt: ReceiptShown | None
    fixes: list[FixButton]
    calendar_url: str

    @property
    def is_open(self) -> bool:
        return self.conflict.state == Conflict.State.OPEN

    @property
    def is_accepted(self) -> bool:
        return self.conflict.state == Conflict.State.ACCEPTED


def url_of(conflict: Conflict) -> str:
    return reverse(PAGE, args=[conflict.pk])


def cards(rows: Sequence[Conflict], *, windows: int = _MOST_WINDOWS) -> list[Card]:
    names = conflict_receipts.names_of(row.facts.get("receipt") for row in rows)
    pages = blackout_pages(row.right_unit for row in rows)
    return [_card(row, names, pages, windows) for row in rows]


def blackout_pages(units: Iterable[str]) -> dict[str, str]:
    """The pages of the blackouts among the units: one query, if there are any."""
    ids = {unit.removeprefix(_BLACKOUT) for unit in units if unit.startswith(_BLACKOUT)}
    rows = Blackout.objects.filter(public_id__in=ids).values_list("public_id", "pk") if ids else ()
    return {
        f"{_BLACKOUT}{public_id}": reverse("admin:calendar_app_blackout_change", args=[pk])
        for public_id, pk in rows
    }


def _card(conflict: Conflict, names: Names, pages: Mapping[str, str], most: int) -> Card:
    sides = [_side(conflict, "left", pages), _side(conflict, "right", pages)]
    told, more = conflict_words.windows(conflict.windows, most)
    return Card(
        conflict=conflict,
        url=url_of(conflict),
        sides=sides,
        kind=conflict_words.kind(conflict.kind),
        meaning=conflict_words.meaning(conflict.kind),
        severity=conflict_words.severity(conflict),
        state=conflict_words.state(conflict),
        is_proved=conflict_words.is_proved(conflict),
        certainty=conflict_words.certainty(conflict),
        unknown=conflict_words.unknown(conflict),
        windows=told,
        more_windows=more,
        facts=_facts(conflict),
        receipt=conflict_receipts.shown(conflict.facts.get("receipt"), names, sides[0].name, sides[1].name),
        fixes=conflict_fixes.buttons(conflict) if conflict.state == Conflict.State.OPEN else [],
        calendar_url=_calendar_url(conflict),
    )


def _side(conflict: Conflict, which: str, pages: Mapping[str, str]) -> Side:
    campaign: Campaign | None = getattr(conflict, f"{which}_campaign")
    tier: PromotionTier | None = getattr(conflict, f"{which}_tier")
    told = conflict.facts.get(which) or {}
    unit = getattr(conflict, f"{which}_unit")
    is_proposed = unit.startswith(_PROPOSAL)
    note = gettext("as somebody asks for it") if is_proposed else ""
    if campaign is None:
        url = pages.get(unit, "")
        if is_proposed and conflict.request_id is not None:
            url = reverse("admin:approvals_approvalrequest_change", args=[conflict.request_id])
        return Side(name=told.get("name") or gettext("What is gone"), url=url, note=note)
    return Side(
        name=f"{campaign.name} / {tier.name}" if tier is not None else campaign.name,
        url=reverse("admin:promotions_campaign_change", args=[campaign.pk]),
        period=words.period(campaign.starts_at, campaign.ends_at),
        note=note,
    )


def _facts(conflict: Conflict) -> list[Fact]:
    """The figures that are known."""
    is_of_two = not conflict.right_unit.startswith(_BLACKOUT)
    customers = gettext("Customers of both") if is_of_two else gettext("Customers")
    found = (
        (gettext("It may cost"), conflict_words.cost(conflict)),
        (customers, conflict_words.customers(conflict)),
        (gettext("Products of both"), conflict_words.products(conflict)),
        (gettext("Together they give"), conflict_words.together(conflict.facts)),
    )
    return [Fact(title=title, value=value) for title, value in found if value]


def _calendar_url(conflict: Conflict) -> str:
    day = timezone.localtime(conflict.starts_at).date()
    return reverse(CALENDAR, query={"on": day.isoformat(), "focus": f"campaign:{conflict.left_campaign_id}"})
