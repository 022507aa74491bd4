from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import ProjectAPIView, ProjectListView
from promotions.api.serializers.versions import decision_output, version_output
from promotions.models import Version
from promotions.selectors import budgets, campaigns, redemptions, tiers, validation_rules, versions, vouchers
from promotions.services import explanations


class _VersionsView(ProjectListView):
    """What all lists of versions share; newest first."""

    data_ref = "versions"
    output = staticmethod(version_output)

    def answer(self, rows: QuerySet[Version]) -> Response:
        page = self.paginate_queryset(rows)
        return self.get_paginated_response([self.output(row) for row in page or []])


class BudgetVersionsView(_VersionsView):
    """`GET /v1/budgets/{budgetId}/versions`: what its limits were, newest first. Beyond the contract."""

    resource = "budgets"

    def get(self, request: Request, budget_id: str) -> Response:
        return self.answer(versions.of(budgets.get(budget_id)))


class CampaignVersionsView(_VersionsView):
    """`GET /v1/campaigns/{campaignId}/versions`: what its terms were, newest first. Beyond the contract."""

    resource = "campaigns"

    def get(self, request: Request, campaign_id: str) -> Response:
        return self.answer(versions.of(campaigns.get(campaign_id)))


class TierVersionsView(_VersionsView):
    """`GET /v1/promotions/tiers/{promotionTierId}/versions`, newest first. Beyond the contract."""

    resource = "promotions"

    def get(self, request: Request, tier_id: str) -> Response:
        return self.answer(versions.of(tiers.get(tier_id)))


class VoucherVersionsView(_VersionsView):
    """`GET /v1/vouchers/{code}/versions`, newest first. A code that has all its terms from its campaign has
    none. Beyond the contract.
    """

    resource = "vouchers"

    def get(self, request: Request, code: str) -> Response:
        return self.answer(versions.of(vouchers.get(code)))


class RuleVersionsView(_VersionsView):
    """`GET /v1/validation-rules/{validationRuleId}/versions`, newest first. Beyond the contract."""

    resource = "validation_rules"

    def get(self, request: Request, validation_rule_id: str) -> Response:
        return self.answer(versions.of(validation_rules.get(validation_rule_id)))


class DecisionView(ProjectAPIView):
    """`GET /v1/redemptions/{redemptionId}/decision`: what was known, what was decided and on which versions,
    with the reasons in words; never by the terms of today. Beyond the contract.
    """

    resource = "redemptions"

    def get(self, request: Request, redemption_id: str) -> Response:
        return Response(decision_output(explanations.stored(redemptions.get(redemption_id))))
