"""Conflicts of what a page shows, by campaign and by tier: what bars are hatched with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from calendar_app.selectors import conflicts

_TIER: Final = "tier:"
_CAMPAIGN: Final = "campaign:"
_PROPOSAL: Final = "proposal:"
REQUEST: Final = "request:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Clash:
    """`windows`: when both are open; an end of None is open. `is_small`: a slight one."""

    pk: int
    sentence: str
    url: str
    windows: Sequence[tuple[datetime, datetime | None]]
    is_accepted: bool
    is_small: bool
    keys: frozenset[str]
    campaigns: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Clashes:
    """Of the campaigns that a page shows (one query). `small`: the keys of slight ones, shown or not."""

    by_campaign: dict[int, list[Clash]] = field(default_factory=dict)
    by_key: dict[str, list[Clash]] = field(default_factory=dict)
    small: set[int] = field(default_factory=set)

    @property
    def number_open(self) -> int:
        """Of those that are shown, how many nobody has accepted."""
        found = {clash.pk: clash for some in self.by_key.values() for clash in some}
        return sum(not clash.is_accepted for clash in found.values())

    def of_campaign(self, pk: int, *, with_tiers: bool) -> list[Clash]:
        """`with_tiers`: also those that only its tiers have, since they are not drawn themselves."""
        if with_tiers:
            return self.by_campaign.get(pk, [])
        return self.by_key.get(f"{_CAMPAIGN}{pk}", [])

    def of_request(self, pk: int) -> list[Clash]:
        return self.by_key.get(f"{REQUEST}{pk}", [])

    def of_tier(self, pk: int) -> list[Clash]:
        return self.by_key.get(f"{_TIER}{pk}", [])


def among(
    campaign_ids: Collection[int], since: datetime, until: datetime, *, with_small: bool = False
) -> Clashes:
    """Those that fall into the time, in the order of their beginnings; accepted ones, too."""
    found = Clashes()
    if not campaign_ids:
        return found
    for row in conflicts.among(campaign_ids, since, until):
        clash = _clash(row)
        if clash.is_small:
            found.small.add(clash.pk)
            if not with_small:
                continue
        for pk in clash.campaigns:
            found.by_campaign.setdefault(pk, []).append(clash)
        for key in clash.keys:
            found.by_key.setdefault(key, []).append(clash)
    return found


def of_campaign(campaign_id: int) -> list[Clash]:
    """All that concern one campaign, whenever they are (one query)."""
    return [_clash(row) for row in conflicts.of_campaign(campaign_id)]


def _clash(row: Any) -> Clash:
    return Clash(
        pk=row.pk,
        sentence=row.sentence,
        url=reverse("admin:calendar_conflict", args=[row.pk]),
        windows=row.windows,
        is_accepted=row.is_accepted,
        is_small=row.is_small,
        keys=frozenset(_key(row, key) for key in (row.left_key, row.right_key)),
        campaigns=frozenset(_campaigns(row)),
    )


def _key(row: Any, key: str) -> str:
    """That of the bar: what is proposed has the bar of its request."""
    return f"{REQUEST}{row.request_id}" if key.startswith(_PROPOSAL) else key


def _campaigns(row: Any) -> Iterable[int]:
    """Those as they are: what collides only if a proposal is carried out stands at the proposal."""
    sides = ((row.left_key, row.left_campaign_id), (row.right_key, row.right_campaign_id))
    return (pk for key, pk in sides if pk is not None and not key.startswith(_PROPOSAL))
