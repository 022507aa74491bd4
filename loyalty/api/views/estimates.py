"""What an order would earn. Contract: loyalty 12."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from commerce.services import customers
from core.api.views import ProjectAPIView
from loyalty.api.serializers.estimates import asked, estimate_output
from loyalty.selectors import estimates, programmes


class EstimateView(ProjectAPIView):
    """`POST /v1/loyalties/{campaignId}/qualifications`; nothing is written."""

    resource = "qualifications"
    actions = {"POST": "qualify"}

    def post(self, request: Request, campaign_id: str) -> Response:
        campaign = programmes.get(campaign_id)
        payload, order = asked(request.data)
        known = customers.find_for_payload(payload=payload) if payload else None
        found = estimates.of(
            campaign,
            order=order,
            customer=known.public_id if known else None,
            payload=payload,
            now=self.now,
        )
        return Response(estimate_output(campaign, found.points))
