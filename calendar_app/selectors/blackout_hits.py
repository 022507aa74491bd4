"""Which campaigns that are there a blackout would meet: nothing stops them, but people should know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from calendar_app import entering
from calendar_app.closures import Closure
from calendar_app.entering import Entry
from promotions.models import Campaign
from promotions.selectors import campaigns as known
from promotions.selectors import offered


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A campaign that is on, or wants to be, while it is closed. `entries`: of its codes, or of its tiers."""

    campaign: Campaign
    entries: tuple[Entry, ...]

    @property
    def first(self) -> datetime:
        return min(entry.spans[0][0] for entry in self.entries)


def hits(closure: Closure, *, now: datetime, zone: ZoneInfo) -> list[Hit]:
    """Launched ones, paused ones and drafts, in reach of the caller; what comes first comes first.

    Two queries.
    """
    until = closure.until(now)
    spans = closure.spans(now, until)
    if not spans:
        return []
    ends = spans[-1][1] or until
    in_time = (Q(ends_at=None) | Q(ends_at__gt=spans[0][0])) & (Q(starts_at=None) | Q(starts_at__lt=ends))
    # Tiers may have dates of their own, whatever their campaign says.
    of_tiers = Q(campaign_type=Campaign.CampaignType.PROMOTION)
    rows = list(known.present().filter(in_time | of_tiers).select_related("category").order_by("pk"))
    offers = offered.of_campaigns(rows, as_launched=True)
    found = []
    for row in rows:
        entries = entering.entries([closure], (), offers[row.pk], now=now, zone=zone)
        if entries:
            found.append(Hit(campaign=row, entries=tuple(entries)))
    return sorted(found, key=lambda hit: (hit.first, hit.campaign.pk))
