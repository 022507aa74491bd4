"""Rewards of programmes and members."""

from __future__ import annotations

from django.urls import path

from loyalty.api.views import rewards

_PROGRAMME = "loyalties/<str:campaign_id>"
_ASSIGNMENT = f"{_PROGRAMME}/reward-assignments/<str:assignment_id>"

urlpatterns = [
    path("loyalties/members/<str:member_id>/rewards", rewards.MemberRewardsView.as_view()),
    path("loyalties/members/<str:member_id>/redemption", rewards.RewardRedemptionView.as_view()),
    path(f"{_PROGRAMME}/members/<str:member_id>/redemption", rewards.RewardRedemptionView.as_view()),
    path(f"{_PROGRAMME}/rewards", rewards.ProgrammeRewardsView.as_view()),
    path(f"{_PROGRAMME}/rewards/<str:assignment_id>", rewards.ProgrammeRewardView.as_view()),
    path(f"{_PROGRAMME}/reward-assignments", rewards.RewardAssignmentsView.as_view()),
    path(_ASSIGNMENT, rewards.RewardAssignmentView.as_view()),
    path(f"{_ASSIGNMENT}/reward", rewards.AssignedRewardView.as_view()),
]
