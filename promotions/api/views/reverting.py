"""Back to an earlier version. Each answers with the version that holds now. Beyond the contract."""

from __future__ import annotations

from django.db.models import Model
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import ProjectAPIView, actor_of
from core.errors import NotFound
from promotions import terms
from promotions.api.serializers.versions import version_output
from promotions.selectors import budgets, campaigns, tiers, validation_rules, versions, vouchers
from promotions.services import reverting


class _RevertView(ProjectAPIView):
    actions = {"POST": "modify"}
    takes_effective_at = True

    def answer(self, request: Request, row: Model, number: str) -> Response:
        """:raises NotFound: no such version. :raises DomainError: as `reverting.revert`."""
        if not (number.isascii() and number.isdigit()):
            raise NotFound.of("version", number)
        reverting.revert(
            subject=terms.kind_of(type(row)).subject,
            subject_id=row.pk,
            number=int(number),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(version_output(versions.of(row)[0]))


class RevertBudgetView(_RevertView):
    """`POST /v1/budgets/{budgetId}/versions/{number}/revert`."""

    resource = "budgets"

    def post(self, request: Request, budget_id: str, number: str) -> Response:
        return self.answer(request, budgets.get(budget_id), number)


class RevertCampaignView(_RevertView):
    """`POST /v1/campaigns/{campaignId}/versions/{number}/revert`."""

    resource = "campaigns"

    def post(self, request: Request, campaign_id: str, number: str) -> Response:
        return self.answer(request, campaigns.get(campaign_id), number)


class RevertTierView(_RevertView):
    """`POST /v1/promotions/tiers/{promotionTierId}/versions/{number}/revert`."""

    resource = "promotions"

    def post(self, request: Request, tier_id: str, number: str) -> Response:
        return self.answer(request, tiers.get(tier_id), number)


class RevertVoucherView(_RevertView):
    """`POST /v1/vouchers/{code}/versions/{number}/revert`."""

    resource = "vouchers"

    def post(self, request: Request, code: str, number: str) -> Response:
        return self.answer(request, vouchers.get(code), number)


class RevertRuleView(_RevertView):
    """`POST /v1/validation-rules/{validationRuleId}/versions/{number}/revert`."""

    resource = "validation_rules"

    def post(self, request: Request, validation_rule_id: str, number: str) -> Response:
        return self.answer(request, validation_rules.get(validation_rule_id), number)
