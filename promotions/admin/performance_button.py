"""The button that leads from a campaign to its performance, a page of the floor above: named by its URL."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.decorators import action


class PerformanceButton:
    """Mixed into the campaigns' screen."""

    @action(description="Performance", icon="monitoring", permissions=["view"], url_path="performance")
    def performance(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link to the page: nothing is changed here."""
        campaign = self.found(request, object_id)  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("admin:insights_performance", args=[campaign.pk]))
