"""Earning rules, in the order of the contract."""

from __future__ import annotations

from django.urls import path

from loyalty.api.views import earning_rules, estimates

_ONE = "loyalties/<str:campaign_id>/earning-rules/<str:earning_rule_id>"

urlpatterns = [
    path("loyalties/<str:campaign_id>/earning-rules", earning_rules.EarningRulesView.as_view()),
    path(_ONE, earning_rules.EarningRuleView.as_view()),
    path(f"{_ONE}/enable", earning_rules.EarningRuleSwitchView.as_view()),
    path(f"{_ONE}/disable", earning_rules.EarningRuleSwitchView.as_view(is_active=False)),
    path("loyalties/<str:campaign_id>/qualifications", estimates.EstimateView.as_view()),
]
