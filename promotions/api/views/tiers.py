from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.views import ClientAPIView, ProjectAPIView, ProjectListView, actor_of
from promotions.api import campaign_warnings
from promotions.api.catalogue_filters import TierFilters
from promotions.api.serializers.tiers import (
    TierChangeInput,
    TierInput,
    tier_output,
    tier_spec,
    tiers_output,
)
from promotions.selectors import campaigns as known_campaigns
from promotions.selectors import tiers as known
from promotions.services import tiers


class TiersView(ProjectListView):
    """`GET /v1/promotions/tiers`."""

    resource = "promotions"
    filterset_class = TierFilters
    data_ref = "tiers"
    with_has_more = True
    output = staticmethod(tier_output)

    def get_queryset(self):  # type: ignore[no-untyped-def]
        return known.printable(known.present())

    def get(self, request: Request) -> Response:
        return self.listed(request)


class ClientTiersView(ClientAPIView, TiersView):
    """`GET /client/v1/promotions/tiers`."""


class CampaignTiersView(ProjectAPIView):
    """`GET` and `POST /v1/promotions/{campaignId}/tiers`."""

    resource = "promotions"

    def get(self, request: Request, campaign_id: str) -> Response:
        return Response(tiers_output(known.of_campaign(known_campaigns.get(campaign_id))))

    def post(self, request: Request, campaign_id: str) -> Response:
        spec = tier_spec(parse(TierInput, request.data))
        tier = tiers.create(
            campaign_id=known_campaigns.get(campaign_id).pk,
            spec=spec,
            actor=actor_of(request),
            now=self.now,
        )
        return campaign_warnings.about_tier(Response(tier_output(tier)), tier)


class TierView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/promotions/tiers/{promotionTierId}`."""

    resource = "promotions"
    takes_effective_at = True

    def get(self, request: Request, tier_id: str) -> Response:
        return Response(tier_output(known.get(tier_id)))

    def put(self, request: Request, tier_id: str) -> Response:
        spec = tier_spec(parse(TierChangeInput, request.data))
        tier = tiers.update(tier_id=known.get(tier_id).pk, spec=spec, actor=actor_of(request), now=self.now)
        return campaign_warnings.about_tier(Response(tier_output(tier)), tier)

    def delete(self, request: Request, tier_id: str) -> Response:
        tiers.delete(tier_id=known.get(tier_id).pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


class _SwitchView(ProjectAPIView):
    resource = "promotions"
    actions = {"POST": "modify"}
    is_active: bool
    takes_effective_at = True

    def post(self, request: Request, tier_id: str) -> Response:
        tier = tiers.set_active(
            tier_id=known.get(tier_id).pk,
            is_active=self.is_active,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(tier_output(tier))


class EnableTierView(_SwitchView):
    """`POST /v1/promotions/tiers/{promotionTierId}/enable`."""

    is_active = True


class DisableTierView(_SwitchView):
    """`POST /v1/promotions/tiers/{promotionTierId}/disable`."""

    is_active = False
