"""Bringing a draft to customers. Beyond the contract, whose drafts live in its dashboard only."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import ProjectAPIView, actor_of
from promotions.api.views.campaigns import printed
from promotions.selectors import campaigns as known
from promotions.services import campaigns


class LaunchCampaignView(ProjectAPIView):
    """`POST /v1/campaigns/{campaignId}/launch`: the campaign as it is now, its codes made or being made."""

    resource = "campaigns"
    actions = {"POST": "modify"}
    takes_effective_at = True

    def post(self, request: Request, campaign_id: str) -> Response:
        pk = known.get(campaign_id).pk
        return printed(campaigns.launch(campaign_id=pk, actor=actor_of(request), now=self.now))
