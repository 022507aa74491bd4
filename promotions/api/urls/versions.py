"""Launching drafts, versions of terms and stored decisions: ours, beyond the contract."""

from __future__ import annotations

from django.urls import path

from promotions.api.views import launching, reverting, versions

urlpatterns = [
    path("budgets/<str:budget_id>/versions", versions.BudgetVersionsView.as_view()),
    path("budgets/<str:budget_id>/versions/<str:number>/revert", reverting.RevertBudgetView.as_view()),
    path("campaigns/<str:campaign_id>/launch", launching.LaunchCampaignView.as_view()),
    path("campaigns/<str:campaign_id>/versions", versions.CampaignVersionsView.as_view()),
    path("campaigns/<str:campaign_id>/versions/<str:number>/revert", reverting.RevertCampaignView.as_view()),
    path("promotions/tiers/<str:tier_id>/versions", versions.TierVersionsView.as_view()),
    path("promotions/tiers/<str:tier_id>/versions/<str:number>/revert", reverting.RevertTierView.as_view()),
    path("validation-rules/<str:validation_rule_id>/versions", versions.RuleVersionsView.as_view()),
    path(
        "validation-rules/<str:validation_rule_id>/versions/<str:number>/revert",
        reverting.RevertRuleView.as_view(),
    ),
    path("vouchers/<code:code>/versions", versions.VoucherVersionsView.as_view()),
    path("vouchers/<code:code>/versions/<str:number>/revert", reverting.RevertVoucherView.as_view()),
    path("redemptions/<str:redemption_id>/decision", versions.DecisionView.as_view()),
]
