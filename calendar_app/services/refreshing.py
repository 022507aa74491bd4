"""Conflicts follow what is changed: what is there is known by its digest, only the rest is written.

Nothing of it happens in the request of whoever changes something. Reading and comparing need no lock; what
was found is written in one transaction, and only if nobody else wrote since it began. Killed anywhere it
leaves the pass before it; two at once are one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from calendar_app.conflict_facts import Looked, terms_of
from calendar_app.conflict_sifting import sifted
from calendar_app.models import Conflict, RefreshProgress
from calendar_app.overlaps import Board, Counts, Fix, Found, Severity, fixes
from calendar_app.selectors import boards, common_reach, traces
from calendar_app.services import conflict_rows
from calendar_app.services.conflict_rows import Comparison
from core import project, words

WHOLE_EVERY: Final = timedelta(days=1)
"""So often all of them are written anew: time brings other windows into sight."""
LOOKED_AT_EVERY: Final = timedelta(days=1)
MOST_LOOKED_AT: Final = 50
"""Conflicts whose customers and products are counted in one pass, the heaviest first."""
MOST_HELPED: Final = 100
"""Of so many it is tried out what would help: that takes long, and further down nobody looks."""
LONGEST_SECONDS: Final = 3
"""A pass that looked at conflicts for so long leaves the others to the next one."""
_PROGRESS: Final = 1


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    """`changes`: how many conflicts are new, gone, or open again. `is_more`: some wait to be counted."""

    changes: int = 0
    is_more: bool = False


def refresh(*, now: datetime, everything: bool = False) -> Refreshed:
    """Bring the conflicts up to date; `everything`: write and count all of them anew.

    While somebody else writes, or if he did meanwhile, nothing is done: what is left is seen the next time.
    """
    progress = _progress()
    trace = traces.trace()  # before anything is read: what is committed meanwhile is seen next time
    due = set(_due(now).values_list("key", flat=True)[:MOST_LOOKED_AT])
    is_whole = everything or progress.compared_at is None or now - progress.compared_at >= WHOLE_EVERY
    if not (is_whole or due or trace != progress.trace):
        return Refreshed()
    there = dict(_there().values_list("key", "terms"))
    with boards.current(now) as kept:
        is_whole = is_whole or kept.world.digest != progress.world
        with words.speaking_for(project.current()):
            found = sifted(kept.board.conflicts(), now=now)
        looked, is_more = _looked_at(found, {} if everything else there, kept.board, now)
        # Each pair is missing on both sides. Counting is as dear as comparing, so not after every change.
        left_out = sum(kept.board.left_out.values()) // 2 if is_whole else progress.left_out
    others = {key for key, one in found.items() if is_whole or there.get(key) != terms_of(one)}
    comparison = Comparison(
        found={key: found[key] for key in sorted(others | (due & found.keys()) | looked.keys())},
        gone=there.keys() - found.keys(),
        looked=looked,
        is_first=progress.compared_at is None,
        is_anew=everything,
    )
    progress.trace, progress.world = trace, kept.world.digest
    progress.compared_at, progress.left_out = (now if is_whole else progress.compared_at), left_out
    changes = _write(progress, comparison, now)
    return Refreshed(changes=changes or 0, is_more=is_more and changes is not None)


def _progress() -> RefreshProgress:
    found = RefreshProgress.objects.filter(pk=_PROGRESS).first()
    if found is None:
        RefreshProgress.objects.bulk_create([RefreshProgress(pk=_PROGRESS)], ignore_conflicts=True)
        found = RefreshProgress.objects.get(pk=_PROGRESS)
    return found


def _there() -> QuerySet[Conflict]:
    return Conflict._base_manager.exclude(state=Conflict.State.GONE)


def _due(now: datetime) -> QuerySet[Conflict]:
    """To be looked at again although nothing was changed: a window is over, a count is missing or old."""
    is_old = Q(counted_at=None) | Q(counted_at__lte=now - LOOKED_AT_EVERY)
    return _there().filter(Q(ends_at__lte=now) | is_old).order_by(F("counted_at").asc(nulls_first=True), "pk")


def _looked_at(
    found: Mapping[str, Found], there: Mapping[str, str], board: Board, now: datetime
) -> tuple[dict[str, Looked], bool]:
    """Whom they concern and what would help, of those for which that is not known; whether some are left.

    What would help follows from the terms: of the same ones only customers and products are counted anew.
    """
    counted = _there().filter(counted_at__gt=now - LOOKED_AT_EVERY, key__in=found if there else ())
    fresh = set(counted.values_list("key", flat=True))
    weighed = sorted(found.values(), key=lambda one: (-one.weight, one.key))
    wanted = [one for one in weighed if one.key not in fresh or there[one.key] != terms_of(one)]
    some = wanted[:MOST_LOOKED_AT]
    heavy = [one.key for one in weighed if one.severity is not Severity.LOW]
    heaviest = frozenset(heavy[:MOST_HELPED])
    tried = _tried(some, there)
    helps: dict[str, tuple[Fix, ...] | None] = {}
    ends = time.monotonic() + LONGEST_SECONDS
    for one in some:
        if helps and time.monotonic() >= ends:
            break
        is_asked = one.key in heaviest and one.key not in tried
        helps[one.key] = tuple(fixes(one, board)) if is_asked else None
    told = [one for one in some if one.key in helps]
    counts = common_reach.counts(told, now=now) if told else {}
    looked = {
        one.key: Looked(
            counts=counts.get(one.key, Counts()),
            fixes=helps[one.key],
            receipt=None if one.key in tried else boards.receipt(one, board.world),
        )
        for one in told
    }
    return looked, len(wanted) > len(looked)


def _tried(some: Sequence[Found], there: Mapping[str, str]) -> frozenset[str]:
    """Those of the same terms of which it is known what would help."""
    same = [one.key for one in some if there.get(one.key) == terms_of(one)]
    rows = _there().filter(key__in=same, facts__is_tried=True) if same else ()
    return frozenset(row.key for row in rows)


@transaction.atomic
def _write(progress: RefreshProgress, comparison: Comparison, now: datetime) -> int | None:
    """How many conflicts changed; None: somebody else writes, or wrote since this pass began."""
    rows = RefreshProgress.objects.filter(pk=progress.pk, passes=progress.passes)
    if not rows.select_for_update(skip_locked=True, no_key=True).first():
        return None
    changes = conflict_rows.settle(comparison, now=now)
    progress.passes += 1
    progress.save(update_fields=["passes", "trace", "world", "compared_at", "left_out"])
    return changes
