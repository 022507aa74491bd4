"""Tiers of programmes and of members. Contract: loyalty 10.1; openapi/loyalties."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.filters import WireFilterSet
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from loyalty import tier_mappings
from loyalty.api.serializers.earning_rules import earning_rule_output
from loyalty.api.serializers.tiers import (
    held_tier_output,
    list_output,
    tier_output,
    tier_specs,
    tiers_output,
)
from loyalty.models import EarningRule, LoyaltyTier
from loyalty.selectors import members, programmes
from loyalty.selectors import tiers as known
from loyalty.services import tiers
from promotions.api.serializers.rewards import assignment_output, reward_output


class LoyaltyTierFilters(WireFilterSet):
    DATE_FIELDS = {}
    ID_FIELD = ""


class LoyaltyTiersView(ProjectListView):
    """`GET` and `POST /v1/loyalties/{campaignId}/tiers`."""

    resource = "loyalties"
    filterset_class = LoyaltyTierFilters
    takes_idempotency_key = True
    takes_effective_at = True

    def get_queryset(self) -> QuerySet[LoyaltyTier]:
        campaign = programmes.get(self.kwargs["campaign_id"])
        return LoyaltyTier.objects.filter(campaign=campaign, deleted_at=None).select_related("campaign")

    def get(self, request: Request, campaign_id: str) -> Response:
        return self.listed(request)

    def _page(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(tiers_output(page or []))

    def post(self, request: Request, campaign_id: str) -> Response:
        made = tiers.create(
            campaign_id=programmes.get(campaign_id).pk,
            specs=tier_specs(request.data),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(tiers_output(made))


class LoyaltyTierView(ProjectAPIView):
    """`GET /v1/loyalties/{campaignId}/tiers/{loyaltyTierId}`."""

    resource = "loyalties"

    def get(self, request: Request, campaign_id: str, loyalty_tier_id: str) -> Response:
        return Response(tier_output(known.get(programmes.get(campaign_id).pk, loyalty_tier_id)))


class TierEarningRulesView(ProjectListView):
    """`GET /v1/loyalties/{campaignId}/tiers/{loyaltyTierId}/earning-rules`."""

    resource = "loyalties"

    def get_queryset(self) -> QuerySet[EarningRule]:
        tier = known.get(programmes.get(self.kwargs["campaign_id"]).pk, self.kwargs["loyalty_tier_id"])
        mappings = known.mappings_of([tier.pk]).get(tier.pk, [])
        self.by_rule = {one.earning_rule_id: one for one in mappings if one.earning_rule_id}
        return known.rules_of(tier)

    def output(self, rule: EarningRule) -> dict[str, Any]:  # type: ignore[override]
        """The rule with the points that holders of the tier get."""
        said = earning_rule_output(rule)
        return {**said, "loyalty": tier_mappings.rule_for(said["loyalty"], self.by_rule.get(rule.pk))}

    def get(self, request: Request, campaign_id: str, loyalty_tier_id: str) -> Response:
        return self.listed(request)


class TierRewardsView(ProjectAPIView):
    """`GET /v1/loyalties/{campaignId}/tiers/{loyaltyTierId}/rewards`: those that are there for holders."""

    resource = "loyalties"

    def get(self, request: Request, campaign_id: str, loyalty_tier_id: str) -> Response:
        tier = known.get(programmes.get(campaign_id).pk, loyalty_tier_id)
        offered = [
            {
                "reward": reward_output(assignment.reward),
                "assignment": assignment_output(assignment),
                "object": "loyalty_tier_reward",
            }
            for assignment in known.rewards_of(tier)
        ]
        return Response(list_output(offered))


class MemberTiersView(ProjectAPIView):
    """`GET /v1/loyalties/members/{memberId}/tiers`: the tier that the member holds, if any."""

    resource = "loyalties"

    def get(self, request: Request, member_id: str) -> Response:
        voucher = members.get(member_id)
        card = known.card_with_tier(voucher.pk, now=self.now)
        if card is None or card.tier is None:
            return Response(list_output([]))
        change = known.change_that_gave(card)
        return Response(list_output([held_tier_output(card.tier, card=card, voucher=voucher, change=change)]))
