"""What programmes offer for points, and what members take. Contract: loyalty 8; openapi/loyalties."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.api.serializers.orders import OrderPayload, order_spec
from core.api.fields import MetadataField, TextField, WireSerializer, parse
from core.api.filter_values import boolean
from core.api.idempotency import answered
from core.api.query import read_query
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from core.errors import DomainError
from loyalty.models import LoyaltyCard
from loyalty.selectors import member_rewards, members, programmes
from loyalty.services import reward_redemptions
from loyalty.services.reward_redemptions import RewardSpec
from promotions.api.looking_up import LooksUpCodes
from promotions.api.serializers.decision_input import PaidRewardInput
from promotions.api.serializers.redemptions import redemption_output
from promotions.api.serializers.rewards import (
    AssignmentUpdateInput,
    assignment_output,
    assignment_spec,
    offers,
    reward_output,
)
from promotions.models import Redemption, RewardAssignment
from promotions.selectors import redemptions as known_redemptions
from promotions.selectors import rewards as known
from promotions.services import reward_assignments


class MissingReward(DomainError):
    key = "missing_reward"
    message = "Missing reward"


class RewardAssignmentsView(ProjectListView):
    """`GET /v1/loyalties/{campaignId}/reward-assignments`."""

    resource = "loyalties"
    output = staticmethod(assignment_output)

    def get_queryset(self) -> QuerySet[RewardAssignment]:
        campaign = programmes.get(self.kwargs["campaign_id"])
        return known.assignments().filter(campaign=campaign).order_by("-created_at", "-pk")

    def get(self, request: Request, campaign_id: str) -> Response:
        return self.listed(request)


class ProgrammeRewardsView(RewardAssignmentsView):
    """`GET` and `POST /v1/loyalties/{campaignId}/rewards`."""

    def post(self, request: Request, campaign_id: str) -> Response:
        """One reward is answered as it is, several as a list."""
        campaign, asked = programmes.get(campaign_id), offers(request.data)
        with_rewards = [(known.get(reward), spec) for reward, spec in asked]
        made = [
            reward_assignments.create(
                reward_id=reward.pk,
                campaign_id=campaign.pk,
                spec=spec,
                actor=actor_of(request),
                now=self.now,
            )
            for reward, spec in with_rewards
        ]
        wire = [assignment_output(row) for row in made]
        return Response(wire[0] if len(wire) == 1 else wire)


class ProgrammeRewardView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/loyalties/{campaignId}/rewards/{assignmentId}`."""

    resource = "loyalties"

    def get(self, request: Request, campaign_id: str, assignment_id: str) -> Response:
        return Response(assignment_output(_assignment(campaign_id, assignment_id)))

    def put(self, request: Request, campaign_id: str, assignment_id: str) -> Response:
        spec = assignment_spec(parse(AssignmentUpdateInput, request.data))
        row = reward_assignments.update(
            assignment_id=_assignment(campaign_id, assignment_id).pk,
            spec=spec,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(assignment_output(row))

    def delete(self, request: Request, campaign_id: str, assignment_id: str) -> Response:
        row = _assignment(campaign_id, assignment_id)
        reward_assignments.delete(assignment_id=row.pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


class RewardAssignmentView(ProjectAPIView):
    """`GET /v1/loyalties/{campaignId}/reward-assignments/{assignmentId}`."""

    resource = "loyalties"

    def get(self, request: Request, campaign_id: str, assignment_id: str) -> Response:
        return Response(assignment_output(_assignment(campaign_id, assignment_id)))


class AssignedRewardView(ProjectAPIView):
    """`GET /v1/loyalties/{campaignId}/reward-assignments/{assignmentId}/reward`."""

    resource = "loyalties"

    def get(self, request: Request, campaign_id: str, assignment_id: str) -> Response:
        return Response(reward_output(_assignment(campaign_id, assignment_id).reward))


class MemberRewardsView(ProjectListView):
    """`GET /v1/loyalties/members/{memberId}/rewards`: at the prices of this member."""

    resource = "loyalties"

    def get(self, request: Request, member_id: str) -> Response:
        voucher = members.get(member_id)
        only = boolean(read_query(request).get("affordable_only", "false"), "affordable_only")
        card = LoyaltyCard.objects.filter(pk=voucher.pk).first()
        found = [] if card is None else member_rewards.of(card, now=self.now)
        if card is not None and only:
            found = [offer for offer in found if member_rewards.is_affordable(offer, card)]
        page: Any = self.paginate_queryset(found)  # type: ignore[arg-type]
        return self.get_paginated_response(
            [
                {
                    "reward": reward_output(offer.assignment.reward),
                    "assignment": assignment_output(offer.assignment, points=offer.points),
                    "object": "loyalty_reward",
                }
                for offer in page
            ]
        )


class TakenInput(WireSerializer):
    """`POST …/redemption`."""

    reward = PaidRewardInput(required=False, allow_null=True)
    order = OrderPayload(required=False, allow_null=True)
    metadata = MetadataField(required=False, allow_null=True)
    tracking_id = TextField(required=False, allow_null=True, max_length=255)


class RewardRedemptionView(LooksUpCodes):
    """`POST /v1/loyalties/members/{memberId}/redemption`, also below a programme."""

    resource = "redemptions"
    actions = {"POST": "redeem"}
    takes_idempotency_key = True

    def post(self, request: Request, member_id: str, campaign_id: str = "") -> HttpResponse:
        given = parse(TakenInput, request.data)
        reward = given.get("reward") or {}
        named = reward.get("assignment_id") or reward.get("id")
        if not named:
            raise MissingReward("Send reward.id: which reward the points are for.")
        voucher = members.get(member_id, campaign=programmes.get(campaign_id) if campaign_id else None)
        order = given.get("order")
        spec = RewardSpec(
            reward=named,
            points=reward.get("points"),
            order=order_spec(order) if order is not None else None,
            metadata=given.get("metadata") or {},
            tracking_id=given.get("tracking_id") or "",
        )
        return answered(
            request,
            lambda once: reward_redemptions.take(
                voucher=voucher, spec=spec, actor=actor_of(request), now=self.now, once=once
            ),
            render=lambda used: _shown(used.redemptions[0]),
            now=self.now,
        )


def _shown(row: Redemption) -> dict[str, Any]:
    """As it stands now: what it gave was written after it. It is of no other redemption, and says so."""
    return {"redemption": None, **redemption_output(known_redemptions.get(row.public_id))}


def _assignment(campaign_id: str, assignment_id: str) -> RewardAssignment:
    return known.assignment(assignment_id, campaign=programmes.get(campaign_id))
