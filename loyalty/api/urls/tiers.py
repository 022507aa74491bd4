"""Tiers, in the order of the contract."""

from __future__ import annotations

from django.urls import path

from loyalty.api.views import tiers

urlpatterns = [
    path("loyalties/<str:campaign_id>/tiers", tiers.LoyaltyTiersView.as_view()),
    path("loyalties/<str:campaign_id>/tiers/<str:loyalty_tier_id>", tiers.LoyaltyTierView.as_view()),
    path("loyalties/members/<str:member_id>/tiers", tiers.MemberTiersView.as_view()),
    path(
        "loyalties/<str:campaign_id>/tiers/<str:loyalty_tier_id>/earning-rules",
        tiers.TierEarningRulesView.as_view(),
    ),
    path("loyalties/<str:campaign_id>/tiers/<str:loyalty_tier_id>/rewards", tiers.TierRewardsView.as_view()),
]
