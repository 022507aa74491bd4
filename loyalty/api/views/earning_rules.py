"""Earning rules. Contract: loyalty 5; openapi/loyalties."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.filters import WireFilterSet
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from loyalty.api.serializers.earning_rules import (
    EarningRuleChangeInput,
    earning_rule_change,
    earning_rule_output,
    earning_rule_specs,
)
from loyalty.models import EarningRule
from loyalty.selectors import earning_rules as known
from loyalty.selectors import programmes
from loyalty.services import earning_rules


class EarningRuleFilters(WireFilterSet):
    DATE_FIELDS = {}
    ID_FIELD = ""


class EarningRulesView(ProjectListView):
    """`GET` and `POST /v1/loyalties/{campaignId}/earning-rules`."""

    resource = "loyalties"
    filterset_class = EarningRuleFilters
    output = staticmethod(earning_rule_output)
    takes_idempotency_key = True
    takes_effective_at = True

    def get_queryset(self) -> QuerySet[EarningRule]:
        return known.printable(known.of_programme(programmes.get(self.kwargs["campaign_id"]).pk))

    def get(self, request: Request, campaign_id: str) -> Response:
        return self.listed(request)

    def post(self, request: Request, campaign_id: str) -> Response:
        made = earning_rules.create(
            campaign_id=programmes.get(campaign_id).pk,
            specs=earning_rule_specs(request.data),
            actor=actor_of(request),
            now=self.now,
        )
        return Response([earning_rule_output(rule) for rule in made])


class EarningRuleView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/loyalties/{campaignId}/earning-rules/{earningRuleId}`."""

    resource = "loyalties"
    takes_effective_at = True

    def get(self, request: Request, campaign_id: str, earning_rule_id: str) -> Response:
        return Response(earning_rule_output(_rule(campaign_id, earning_rule_id)))

    def put(self, request: Request, campaign_id: str, earning_rule_id: str) -> Response:
        changed = earning_rules.update(
            earning_rule_id=_rule(campaign_id, earning_rule_id).pk,
            spec=earning_rule_change(parse(EarningRuleChangeInput, request.data)),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(earning_rule_output(changed))

    def delete(self, request: Request, campaign_id: str, earning_rule_id: str) -> Response:
        pk = _rule(campaign_id, earning_rule_id).pk
        earning_rules.delete(earning_rule_id=pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


class EarningRuleSwitchView(ProjectAPIView):
    """`POST …/enable` and `POST …/disable`."""

    resource = "loyalties"
    actions = {"POST": "modify"}
    takes_effective_at = True
    is_active = True

    def post(self, request: Request, campaign_id: str, earning_rule_id: str) -> Response:
        rule = earning_rules.set_active(
            earning_rule_id=_rule(campaign_id, earning_rule_id).pk,
            is_active=self.is_active,
            actor=actor_of(request),
            now=self.now,
        )
        said: dict[str, Any] = earning_rule_output(rule)
        return Response(said)


def _rule(campaign_id: str, earning_rule_id: str) -> EarningRule:
    return known.get(programmes.get(campaign_id).pk, earning_rule_id)
