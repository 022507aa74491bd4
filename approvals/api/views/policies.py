from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from approvals import policies as judging
from approvals.api.filters import PolicyFilters
from approvals.api.serializers.policies import (
    PolicyChangeInput,
    PolicyInput,
    PositionInput,
    SimulationInput,
    check_simulation,
    policy_output,
    policy_spec,
    policy_version_output,
    simulation_output,
)
from approvals.api.serializers.requests import NothingInput
from approvals.models import Policy
from approvals.selectors import policies as known
from approvals.services import policies
from core.api.fields import parse
from core.api.views import ProjectAPIView, ProjectListView, actor_of

_CONFIGURE = {"POST": "configure", "PUT": "configure", "DELETE": "configure"}


class PoliciesView(ProjectListView):
    """`GET` and `POST /v1/approval-policies`: who has to say yes to what. Beyond the contract."""

    resource = "approvals"
    actions = _CONFIGURE
    inputs = {"POST": PolicyInput}
    filterset_class = PolicyFilters
    data_ref = "approval_policies"
    output = staticmethod(policy_output)

    def get_queryset(self) -> QuerySet[Policy]:
        return known.ordered()

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        given = parse(PolicyInput, request.data)
        policy = policies.create(
            spec=policy_spec(given), is_active=given["active"], actor=actor_of(request), now=self.now
        )
        return Response(policy_output(policy))


class PolicyView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/approval-policies/{policyId}`. Beyond the contract.

    `content` is replaced as a whole; what is not sent stays.
    """

    resource = "approvals"
    actions = _CONFIGURE
    inputs = {"PUT": PolicyChangeInput}

    def get(self, request: Request, policy_id: str) -> Response:
        return Response(policy_output(known.get(policy_id)))

    def put(self, request: Request, policy_id: str) -> Response:
        spec = policy_spec(parse(PolicyChangeInput, request.data))
        policy = policies.update(
            policy_id=known.get(policy_id).pk, spec=spec, actor=actor_of(request), now=self.now
        )
        return Response(policy_output(policy))

    def delete(self, request: Request, policy_id: str) -> Response:
        policies.delete(policy_id=known.get(policy_id).pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


class _SwitchView(ProjectAPIView):
    resource = "approvals"
    actions = _CONFIGURE
    inputs = {"POST": NothingInput}
    is_active: bool

    def post(self, request: Request, policy_id: str) -> Response:
        parse(NothingInput, request.data)
        policy = policies.set_active(
            policy_id=known.get(policy_id).pk,
            is_active=self.is_active,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(policy_output(policy))


class EnablePolicyView(_SwitchView):
    """`POST /v1/approval-policies/{policyId}/enable`. Beyond the contract."""

    is_active = True


class DisablePolicyView(_SwitchView):
    """`POST /v1/approval-policies/{policyId}/disable`. Beyond the contract."""

    is_active = False


class PositionView(ProjectAPIView):
    """`PUT /v1/approval-policies/{policyId}/position`: stages are asked in the order of policies. Beyond the
    contract.
    """

    resource = "approvals"
    actions = _CONFIGURE
    inputs = {"PUT": PositionInput}

    def put(self, request: Request, policy_id: str) -> Response:
        position = parse(PositionInput, request.data)["position"]
        policy = policies.move(
            policy_id=known.get(policy_id).pk, position=position, actor=actor_of(request), now=self.now
        )
        return Response(policy_output(policy))


class PolicyVersionsView(ProjectListView):
    """`GET /v1/approval-policies/{policyId}/versions`, newest first. Beyond the contract."""

    resource = "approvals"
    data_ref = "versions"

    def get(self, request: Request, policy_id: str) -> Response:
        page = self.paginate_queryset(known.versions_of(known.get(policy_id)))
        return self.get_paginated_response([policy_version_output(row) for row in page or []])


class SimulationView(ProjectAPIView):
    """`POST /v1/approval-policies/simulate`: which policies an operation with these facts would meet, and
    why. Nothing is changed. Beyond the contract.
    """

    resource = "approvals"
    actions = {"POST": "read"}
    inputs = {"POST": SimulationInput}

    def post(self, request: Request) -> Response:
        given = parse(SimulationInput, request.data)
        check_simulation(given)
        asked = {"operation": given["operation"], "role": given["role"], "facts": given["facts"]}
        in_force = known.in_force()
        judgements = [judging.judge(one, **asked) for one in in_force]
        return Response(simulation_output(judgements, judging.needed(in_force, **asked), **asked))
