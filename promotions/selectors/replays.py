"""Is every decision that was stored still the one that its snapshot leads to? Reads only.

`manage.py replay_decisions` prints it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q, QuerySet

from engine import Outcome, Snapshot, evaluate
from promotions import terms
from promotions.models import Redemption, Version

_BATCH: Final = 500
_MOST_NAMED: Final = 5


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """One row of a redemption. `is_decision`: a snapshot is stored on it (not on the children of several used
    together). `problems` are sentences; none means that everything is as it was.
    """

    public_id: str
    is_decision: bool
    problems: tuple[str, ...]


def replay(rows: QuerySet[Redemption]) -> Iterator[Replayed]:
    """Evaluate the stored snapshots again and look for the versions that the rows name; in batches by key."""
    columns = ("pk", "public_id", "snapshot", "outcome", "version_ids")
    remaining, last = rows.order_by("pk").values_list(*columns), 0
    while some := list(remaining.filter(pk__gt=last)[:_BATCH]):
        last = some[-1][0]
        named = {version for row in some for version in row[4]}
        known = set(Version.objects.filter(pk__in=named).values_list("pk", flat=True))
        for _, public_id, snapshot, outcome, version_ids in some:
            missing = sorted(set(version_ids) - known)
            problems = [f"version {pk} is named, but is not there" for pk in missing]
            if snapshot is not None:
                problems += differences(snapshot, outcome)
            yield Replayed(public_id=public_id, is_decision=snapshot is not None, problems=tuple(problems))


def about(*, campaign_id: str = "", redemption_id: str = "") -> QuerySet[Redemption]:
    """Those of requests that used a campaign (wire id or name), or that a redemption belongs to; "" = all."""
    if not (campaign_id or redemption_id):
        return Redemption.objects.all()
    wanted = Q()
    if campaign_id:
        for path in ("campaign", "children__campaign"):
            wanted |= Q(**{f"{path}__public_id": campaign_id}) | Q(**{f"{path}__name": campaign_id})
    if redemption_id:
        family = ("public_id", "children__public_id", "parent__public_id", "parent__children__public_id")
        wanted &= Q(*((path, redemption_id) for path in family), _connector=Q.OR)
    return Redemption.objects.filter(pk__in=Redemption.objects.filter(wanted).values("pk"))


def differences(snapshot: Any, outcome: Any) -> list[str]:
    """Where the outcome that was stored is not that of the snapshot that was stored, in words.

    Fields that the engine did not know when the decision was stored count as their defaults.
    """
    try:
        stored = Outcome.from_json(outcome).to_json()
        again = evaluate(Snapshot.from_json(snapshot)).to_json()
    except ValueError as error:
        return [f"cannot be read: {error}"]
    if terms.canonical(stored) == terms.canonical(again):
        return []
    found = list(_differing(stored, again, ""))
    rest = [f"and {len(found) - _MOST_NAMED} more"] if len(found) > _MOST_NAMED else []
    return found[:_MOST_NAMED] + rest


def broken_versions() -> Iterator[str]:
    """Wire ids of the versions whose content is not the one that their digest was made of."""
    columns = ("pk", "public_id", "content", "sha256")
    remaining, last = Version.objects.order_by("pk").values_list(*columns), 0
    while some := list(remaining.filter(pk__gt=last)[:_BATCH]):
        last = some[-1][0]
        for _, public_id, content, digest in some:
            if terms.digest(content) != digest:
                yield public_id


def _differing(stored: Any, again: Any, place: str) -> Iterator[str]:
    if isinstance(stored, dict) and isinstance(again, dict):
        for name in stored:
            yield from _differing(stored[name], again.get(name), f"{place}.{name}" if place else name)
    elif isinstance(stored, list) and isinstance(again, list) and len(stored) == len(again):
        for index, pair in enumerate(zip(stored, again, strict=True)):
            yield from _differing(*pair, f"{place}[{index}]")
    elif stored != again:
        yield f"{place} is {terms.canonical(stored)}, the replay says {terms.canonical(again)}"
