"""Loyalty programmes: campaigns of their kind under an address of their own. Contract: loyalty 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.views import actor_of
from loyalty.selectors import programmes
from promotions.api.catalogue_requests import is_forced
from promotions.api.serializers.campaigns import (
    CampaignChangeInput,
    CampaignInput,
    campaign_change_spec,
    campaign_spec,
)
from promotions.api.views.campaigns import CampaignsView, CampaignView, printed
from promotions.models import Campaign
from promotions.services import campaigns

_KIND = Campaign.CampaignType.LOYALTY_PROGRAM.value


class ProgrammesView(CampaignsView):
    """`GET` and `POST /v1/loyalties`."""

    resource = "loyalties"

    def get_queryset(self) -> QuerySet[Campaign]:
        rows: QuerySet[Campaign] = super().get_queryset()  # type: ignore[no-untyped-call]
        return rows.filter(campaign_type=_KIND)

    def post(self, request: Request) -> Response:
        body = request.data
        given: Any = {"campaign_type": _KIND, **body} if isinstance(body, Mapping) else body
        spec = campaign_spec(parse(CampaignInput, given))
        return printed(campaigns.create(spec=spec, actor=actor_of(request), now=self.now))


class ProgrammeView(CampaignView):
    """`GET`, `PUT` and `DELETE /v1/loyalties/{campaignId}`: id or name."""

    resource = "loyalties"

    def get(self, request: Request, campaign_id: str) -> Response:
        return printed(programmes.get(campaign_id))

    def put(self, request: Request, campaign_id: str) -> Response:
        spec = campaign_change_spec(parse(CampaignChangeInput, request.data))
        pk = programmes.get(campaign_id).pk
        return printed(campaigns.update(campaign_id=pk, spec=spec, actor=actor_of(request), now=self.now))

    def delete(self, request: Request, campaign_id: str) -> Response:
        force = is_forced(request)
        pk = programmes.get(campaign_id, from_bin=force).pk
        action_id = campaigns.delete(campaign_id=pk, force=force, actor=actor_of(request), now=self.now)
        return Response({"async_action_id": action_id})
