"""The nights of loyalty programmes: what a night costs depends on what it changes, not on how many cards
there are.

Three sizes in one run with the same number of cards that are due, each of which loses points that ended and
a tier whose end has passed; then every card of the middle one due in one night, with the memory it took.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.core.management import call_command
from django.db import connection

from loyalty.models import LoyaltyCard, LoyaltyTier, PointsTransaction
from loyalty.services import nightly
from promotions.models import Campaign
from tests.bench import loyalty_rows

DUE: Final = 2_000
ENDS: Final = date(2026, 2, 25)
LATER: Final = date(2026, 12, 30)
_LASTING: Final = {
    "qualification_type": "BALANCE",
    "start_date": {"type": "IMMEDIATE"},
    "expiration_date": {"type": "CUSTOM", "extend": "P1M"},
}


@dataclass(frozen=True, kw_only=True)
class _Night:
    seconds: float
    quiet_seconds: float
    cards: int


def table(*, quick: bool) -> str:
    """Sizes in columns, for the README."""
    call_command("migrate", verbosity=0, interactive=False)
    sizes = (1_000, 10_000) if quick else (10_000, 100_000, 1_000_000)
    due = 200 if quick else DUE
    nights: dict[int, _Night] = {}
    middle, everybody, grown = sizes[-2], 0.0, 0
    for size in sizes:
        nights[size] = _night(size, due)
        if size == middle:
            before = _memory()
            everybody = _seconds(lambda: nightly.run(now=_midnight(LATER + timedelta(days=1))))
            grown = _memory() - before
            if LoyaltyCard.objects.exclude(balance=0).exists():
                raise AssertionError("Some cards kept points that ended.")
    lines = [
        "| Nights of a loyalty programme | " + " | ".join(f"{size:,} cards" for size in sizes) + " |",
        "|---|" + "---:|" * len(sizes),
        f"| {due:,} cards lose points and their tier | "
        + " | ".join(f"{nights[size].seconds:.2f} s" for size in sizes)
        + " |",
        "| nothing is due | "
        + " | ".join(f"{nights[size].quiet_seconds * 1000:.0f} ms" for size in sizes)
        + " |",
        "",
        f"Points of all {middle - due:,} other cards of {middle:,} ending in one night: {everybody:.0f} s "
        f"({everybody / (middle - due) * 1000:.2f} ms a card), "
        f"{grown / 1024:.0f} MB more memory at its peak.",
    ]
    return "\n".join(lines) + "\n"


def _night(size: int, due: int) -> _Night:
    """Cards of former sizes go before the next one is measured."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE promotions_campaign, commerce_customer, core_outboxevent CASCADE")
    club = loyalty_rows.programme(f"Club {size}", tiers_expiration=_LASTING)
    silver = _tier(club)
    loyalty_rows.members(club, size, due=due, ends=ENDS, later=LATER, tier=silver, tier_ends=ENDS)
    now = _midnight(ENDS + timedelta(days=1))
    seconds = _seconds(lambda: nightly.run(now=now))
    done = PointsTransaction.objects.filter(type=PointsTransaction.Type.EXPIRATION).count()
    if done != due or LoyaltyCard.objects.filter(tier=None).count() != due:
        raise AssertionError(f"{done} of {due} cards had their night.")
    quiet = min(_seconds(lambda: nightly.run(now=now)) for _ in range(5))
    return _Night(seconds=seconds, quiet_seconds=quiet, cards=size)


def _tier(club: Campaign) -> LoyaltyTier:
    """Above what the cards have: who holds it keeps it until its end only."""
    return LoyaltyTier.objects.create(
        campaign=club, name="Silver", points_from=1_000, created_at=loyalty_rows.MADE_AT
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 0, 1, tzinfo=UTC)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _memory() -> int:
    """The most that this process ever took, in KB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
