from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from promotions.api import campaign_warnings
from promotions.api.catalogue_filters import CampaignFilters
from promotions.api.catalogue_requests import body_of, is_forced, wanted_count
from promotions.api.serializers.access import EXPANDED, assignments_output, is_expanded, wanted_places
from promotions.api.serializers.campaigns import (
    CampaignChangeInput,
    CampaignInput,
    campaign_base_output,
    campaign_change_spec,
    campaign_output,
    campaign_spec,
)
from promotions.api.serializers.vouchers import CampaignVoucherInput, voucher_output, voucher_spec
from promotions.code_config import CodeConfig
from promotions.models import Campaign
from promotions.selectors import campaigns as known
from promotions.selectors import tiers as known_tiers
from promotions.services import campaigns, vouchers


class CampaignsView(ProjectListView):
    """`GET` and `POST /v1/campaigns`."""

    resource = "campaigns"
    filterset_class = CampaignFilters
    data_ref = "campaigns"

    def output(self, campaign: Campaign) -> dict[str, Any]:  # type: ignore[override]
        wire = campaign_base_output(campaign)
        return {**wire, EXPANDED: assignments_output(campaign)} if is_expanded(self.request) else wire

    def get_queryset(self):  # type: ignore[no-untyped-def]
        rows = known.listed(known.printable(known.present()))
        wanted = wanted_places(self.request)
        if wanted is not None:
            rows = rows.filter(places__overlap=wanted)
        return known.with_assignments(rows) if is_expanded(self.request) else rows

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        spec = campaign_spec(parse(CampaignInput, request.data))
        campaign = campaigns.create(spec=spec, actor=actor_of(request), now=self.now)
        return campaign_warnings.about_campaign(printed(campaign), campaign, codes=spec.vouchers_count or 0)


class CampaignView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/campaigns/{campaignId}`: id or name."""

    resource = "campaigns"
    takes_effective_at = True

    def get(self, request: Request, campaign_id: str) -> Response:
        return printed(known.get(campaign_id))

    def put(self, request: Request, campaign_id: str) -> Response:
        spec = campaign_change_spec(parse(CampaignChangeInput, request.data))
        pk = known.get(campaign_id).pk
        campaign = campaigns.update(campaign_id=pk, spec=spec, actor=actor_of(request), now=self.now)
        return campaign_warnings.about_campaign(printed(campaign), campaign)

    def delete(self, request: Request, campaign_id: str) -> Response:
        force = is_forced(request)
        action_id = campaigns.delete(
            campaign_id=known.get(campaign_id, from_bin=force).pk,
            force=force,
            actor=actor_of(request),
            now=self.now,
        )
        return Response({"async_action_id": action_id}, status=202)


class CampaignVouchersView(ProjectAPIView):
    """`POST /v1/campaigns/{campaignId}/vouchers`: one code at once, or many by a background job."""

    resource = "campaigns"
    actions = {"POST": "modify"}

    def post(self, request: Request, campaign_id: str) -> Response:
        spec = voucher_spec(parse(CampaignVoucherInput, body_of(request)))
        count = wanted_count(request)
        campaign = known.get(campaign_id)
        if count == 1:
            voucher = vouchers.create(spec=spec, campaign=campaign, actor=actor_of(request), now=self.now)
            return Response(voucher_output(voucher))
        action_id = campaigns.add_codes(
            campaign=campaign, count=count, spec=spec, actor=actor_of(request), now=self.now
        )
        answer = Response({"async_action_id": action_id}, status=202)
        config = CodeConfig.from_wire(spec.code_config or campaign.code_config)
        live = campaign.vouchers_count + count
        return campaign_warnings.about_codes(answer, config=config, live=live)


class CampaignVoucherView(ProjectAPIView):
    """`POST /v1/campaigns/{campaignId}/vouchers/{code}`: exactly this code."""

    resource = "campaigns"
    actions = {"POST": "modify"}

    def post(self, request: Request, campaign_id: str, code: str) -> Response:
        voucher = vouchers.create(
            spec=voucher_spec(parse(CampaignVoucherInput, body_of(request)), code=code),
            campaign=known.get(campaign_id),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(voucher_output(voucher))


class _SwitchView(ProjectAPIView):
    resource = "campaigns"
    actions = {"POST": "modify"}
    is_active: bool
    takes_effective_at = True

    def post(self, request: Request, campaign_id: str) -> Response:
        campaigns.set_active(
            campaign_id=known.get(campaign_id).pk,
            is_active=self.is_active,
            actor=actor_of(request),
            now=self.now,
        )
        return Response({})


class EnableCampaignView(_SwitchView):
    """`POST /v1/campaigns/{campaignId}/enable`."""

    is_active = True


class DisableCampaignView(_SwitchView):
    """`POST /v1/campaigns/{campaignId}/disable`."""

    is_active = False


def printed(campaign: Campaign) -> Response:
    is_promotion = campaign.campaign_type == Campaign.CampaignType.PROMOTION
    tiers = known_tiers.of_campaign(campaign) if is_promotion else []
    return Response(campaign_output(campaign, tiers=tiers))
