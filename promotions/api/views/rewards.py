"""The catalogue of rewards over the API. Contract: loyalty 8."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.query import read_query
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from promotions.api.serializers.rewards import (
    AssignmentInput,
    AssignmentUpdateInput,
    assignment_output,
    assignment_spec,
    reward_output,
    reward_spec,
)
from promotions.models import Reward, RewardAssignment
from promotions.selectors import campaigns
from promotions.selectors import rewards as known
from promotions.services import reward_assignments, rewards


class RewardsView(ProjectListView):
    """`GET` and `POST /v1/rewards`; `?assignment_id=`: the reward that it is about."""

    resource = "rewards"
    output = staticmethod(reward_output)

    def get_queryset(self) -> QuerySet[Reward]:
        rows = known.present().order_by("-created_at", "-pk")
        asked: Any = read_query(self.request).get("assignment_id")
        if not isinstance(asked, str):
            return rows
        return rows.filter(assignments__public_id=asked, assignments__deleted_at=None)

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        spec = reward_spec(request.data, creating=True)
        made = rewards.create(spec=spec, actor=actor_of(request), now=self.now)
        return Response(reward_output(known.get(made.public_id)))


class RewardView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/rewards/{rewardId}`."""

    resource = "rewards"

    def get(self, request: Request, reward_id: str) -> Response:
        return Response(reward_output(known.get(reward_id)))

    def put(self, request: Request, reward_id: str) -> Response:
        spec = reward_spec(request.data, creating=False)
        row = known.get(reward_id)
        rewards.update(reward_id=row.pk, spec=spec, actor=actor_of(request), now=self.now)
        return Response(reward_output(known.get(reward_id)))

    def delete(self, request: Request, reward_id: str) -> Response:
        rewards.delete(reward_id=known.get(reward_id).pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


class RewardAssignmentsView(ProjectListView):
    """`GET` and `POST /v1/rewards/{rewardId}/assignments`."""

    resource = "rewards"
    actions = {"POST": "modify"}
    output = staticmethod(assignment_output)

    def get_queryset(self) -> QuerySet[RewardAssignment]:
        reward = known.get(self.kwargs["reward_id"])
        return known.assignments().filter(reward=reward).order_by("-created_at", "-pk")

    def get(self, request: Request, reward_id: str) -> Response:
        return self.listed(request)

    def post(self, request: Request, reward_id: str) -> Response:
        given = parse(AssignmentInput, request.data)
        made = reward_assignments.create(
            reward_id=known.get(reward_id).pk,
            campaign_id=campaigns.get(given["campaign"]).pk,
            spec=assignment_spec(given),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(assignment_output(made))


class RewardAssignmentView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/rewards/{rewardId}/assignments/{assignmentId}`."""

    resource = "rewards"
    actions = {"DELETE": "modify"}

    def get(self, request: Request, reward_id: str, assignment_id: str) -> Response:
        return Response(assignment_output(_found(reward_id, assignment_id)))

    def put(self, request: Request, reward_id: str, assignment_id: str) -> Response:
        spec = assignment_spec(parse(AssignmentUpdateInput, request.data))
        row = reward_assignments.update(
            assignment_id=_found(reward_id, assignment_id).pk,
            spec=spec,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(assignment_output(row))

    def delete(self, request: Request, reward_id: str, assignment_id: str) -> Response:
        row = _found(reward_id, assignment_id)
        reward_assignments.delete(assignment_id=row.pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


def _found(reward_id: str, assignment_id: str) -> RewardAssignment:
    return known.assignment(assignment_id, reward=known.get(reward_id))
