from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from promotions.api.catalogue_filters import StackFilters
from promotions.api.serializers.stacks import (
    StackChangeInput,
    StackInput,
    stack_output,
    stack_spec,
    stacks_output,
)
from promotions.models import PromotionStack
from promotions.selectors import campaigns as known_campaigns
from promotions.selectors import stacks as known
from promotions.services import stacks


class StacksView(ProjectListView):
    """`GET /v1/promotions/stacks`."""

    resource = "promotions"
    filterset_class = StackFilters
    output = staticmethod(stack_output)

    def get_queryset(self):  # type: ignore[no-untyped-def]
        return known.printable(known.present())

    def get(self, request: Request) -> Response:
        return self.listed(request)


class CampaignStacksView(ProjectAPIView):
    """`GET` and `POST /v1/promotions/{campaignId}/stacks`."""

    resource = "promotions"

    def get(self, request: Request, campaign_id: str) -> Response:
        return Response(stacks_output(known.of_campaign(known_campaigns.get(campaign_id))))

    def post(self, request: Request, campaign_id: str) -> Response:
        spec = stack_spec(parse(StackInput, request.data))
        stack = stacks.create(
            campaign_id=known_campaigns.get(campaign_id).pk,
            spec=spec,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(stack_output(stack))


class StackView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/promotions/{campaignId}/stacks/{stackId}`."""

    resource = "promotions"
    takes_effective_at = True

    def get(self, request: Request, campaign_id: str, stack_id: str) -> Response:
        return Response(stack_output(_found(campaign_id, stack_id)))

    def put(self, request: Request, campaign_id: str, stack_id: str) -> Response:
        spec = stack_spec(parse(StackChangeInput, request.data))
        stack = stacks.update(
            stack_id=_found(campaign_id, stack_id).pk, spec=spec, actor=actor_of(request), now=self.now
        )
        return Response(stack_output(stack))

    def delete(self, request: Request, campaign_id: str, stack_id: str) -> Response:
        stacks.delete(stack_id=_found(campaign_id, stack_id).pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


def _found(campaign_id: str, stack_id: str) -> PromotionStack:
    return known.get(stack_id, campaign=known_campaigns.get(campaign_id))
