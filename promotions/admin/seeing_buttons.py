"""The buttons that lead from a campaign to pages of the floor above, named by their URLs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action

from promotions.models import Campaign

CALENDAR: Final = "admin:calendar"


class SeeingButtons:
    """Mixed into the campaigns' screen. Links: nothing is changed here."""

    def seen_by(self, campaign: Campaign) -> list[str]:
        """The buttons that mean something for this campaign now."""
        return ["calendar", *([] if campaign.is_draft else ["performance"])]

    @action(description="Performance", icon="monitoring", permissions=["view"], url_path="performance")
    def performance(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = self.found(request, object_id)  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("admin:insights_performance", args=[campaign.pk]))

    @action(description="In the calendar", icon="calendar_month", permissions=["view"], url_path="calendar")
    def calendar(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = self.found(request, object_id)  # type: ignore[attr-defined]
        return HttpResponseRedirect(calendar_url(campaign, timezone.now()))


def calendar_url(campaign: Campaign, now: datetime) -> str:
    """The calendar with this campaign in sight: on its first day, or today while it runs."""
    begins = campaign.starts_at if campaign.starts_at is not None and campaign.starts_at > now else now
    ends = campaign.ends_at
    at = ends if ends is not None and ends < begins else begins
    query: dict[str, Any] = {
        "on": timezone.localtime(at).date().isoformat(),
        "focus": f"campaign:{campaign.pk}",
    }
    return reverse(CALENDAR, query=query)
