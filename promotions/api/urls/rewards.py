"""Rewards and the programmes that offer them. Contract: loyalty 8."""

from __future__ import annotations

from django.urls import path

from promotions.api.views import rewards

_REWARD = "rewards/<str:reward_id>"

urlpatterns = [
    path("rewards", rewards.RewardsView.as_view()),
    path(_REWARD, rewards.RewardView.as_view()),
    path(f"{_REWARD}/assignments", rewards.RewardAssignmentsView.as_view()),
    path(f"{_REWARD}/assignments/<str:assignment_id>", rewards.RewardAssignmentView.as_view()),
]
