"""Promotion stacks, in the order of the contract."""

from __future__ import annotations

from django.urls import path

from promotions.api.views import stacks

urlpatterns = [
    path("promotions/stacks", stacks.StacksView.as_view()),
    path("promotions/<str:campaign_id>/stacks", stacks.CampaignStacksView.as_view()),
    path("promotions/<str:campaign_id>/stacks/<str:stack_id>", stacks.StackView.as_view()),
]
