from __future__ import annotations

from datetime import date

from rest_framework.request import Request
from rest_framework.response import Response

from core import project
from core.api.fields import parse
from core.api.filter_values import single
from core.api.query import read_query
from core.api.views import ProjectAPIView, actor_of
from core.errors import InvalidQueryParams
from promotions.api.serializers.campaigns import campaign_output
from promotions.api.serializers.summaries import summary_output
from promotions.api.serializers.templates import CloneInput, clone_spec
from promotions.selectors import campaign_summaries
from promotions.selectors import campaigns as known
from promotions.selectors import tiers as known_tiers
from promotions.services import cloning


class CloneCampaignView(ProjectAPIView):
    """`POST /v1/campaigns/{campaignId}/clone`, ours: a draft like this campaign."""

    resource = "campaigns"

    def post(self, request: Request, campaign_id: str) -> Response:
        original = known.get(campaign_id)
        spec = clone_spec(parse(CloneInput, request.data))
        clone = cloning.campaign(campaign_id=original.pk, spec=spec, actor=actor_of(request), now=self.now)
        return Response(campaign_output(clone, tiers=known_tiers.of_campaign(clone)))


class CampaignSummaryView(ProjectAPIView):
    """`GET /v1/campaigns/{campaignId}/summary`: whole days of the project, both included."""

    resource = "campaigns"

    def get(self, request: Request, campaign_id: str) -> Response:
        first, last = _day(request, "start_date"), _day(request, "end_date")
        if first and last and last < first:
            raise InvalidQueryParams("end_date must not be before start_date.")
        period = campaign_summaries.Period.of_days(first, last, project.current().zone)
        campaign = known.get(campaign_id)
        return Response(summary_output(campaign, campaign_summaries.summary(campaign, period)))


def _day(request: Request, name: str) -> date | None:
    """:raises InvalidQueryParams: no calendar day from the year 2 to 9998."""
    raw = read_query(request).get(name)
    if raw is None:
        return None
    try:
        day = date.fromisoformat(str(single(raw, name))[:10])
    except ValueError:
        day = date.min
    if not 1 < day.year < 9999:
        raise InvalidQueryParams(f"{name}: a date such as 2026-05-31 is expected.")
    return day
