"""Old questions about what fits that the contract still serves; each is a thin twin of qualifications."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import ProjectAPIView, actor_of
from promotions.api.serializers.deprecated_qualifications import (
    CAMPAIGN_ORDERS,
    VOUCHER_ORDERS,
    campaigns_output,
    is_about_audience_only,
    paging,
    promotions_output,
    question,
    tiers_narrowing,
    vouchers_output,
)
from promotions.selectors.offers import CAMPAIGN, PROMOTION_TIER, VOUCHER
from promotions.services import campaign_qualifications, qualifications


class PromotionsValidationView(ProjectAPIView):
    """`POST /v1/promotions/validation`: all tiers that apply."""

    resource = "validations"
    actions = {"POST": "validate"}

    def post(self, request: Request) -> Response:
        narrowing = tiers_narrowing(request, now=self.now)
        spec = question(request, kind=PROMOTION_TIER, narrowing=narrowing)
        qualified = qualifications.qualify(spec=spec, actor=actor_of(request), now=self.now)
        return Response(promotions_output(qualified))


class VouchersQualificationView(ProjectAPIView):
    """`POST /v1/vouchers/qualification`: all codes that fit."""

    resource = "qualifications"
    actions = {"POST": "qualify"}

    def post(self, request: Request) -> Response:
        page = paging(request, VOUCHER_ORDERS)
        spec = question(request, kind=VOUCHER, limit=page.hits_needed)
        qualified = qualifications.qualify(spec=spec, actor=actor_of(request), now=self.now)
        return Response(vouchers_output(qualified, page, now=self.now))


class CampaignsQualificationView(ProjectAPIView):
    """`POST /v1/campaigns/qualification`: all campaigns of which a code would fit."""

    resource = "qualifications"
    actions = {"POST": "qualify"}

    def post(self, request: Request) -> Response:
        page, spec = paging(request, CAMPAIGN_ORDERS), question(request, kind=CAMPAIGN)
        ask = qualifications if is_about_audience_only(request) else campaign_qualifications
        qualified = ask.qualify(spec=spec, actor=actor_of(request), now=self.now)
        return Response(campaigns_output(qualified, page, now=self.now))
