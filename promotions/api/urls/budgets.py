"""Budgets, which go beyond the contract."""

from __future__ import annotations

from django.urls import path

from promotions.api.views import budgets

urlpatterns = [
    path("budgets", budgets.BudgetsView.as_view()),
    path("budgets/<str:budget_id>", budgets.BudgetView.as_view()),
    path("budgets/<str:budget_id>/counters", budgets.BudgetCountersView.as_view()),
]
