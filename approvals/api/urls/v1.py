"""Server paths, mounted under /v1/. All of them go beyond the contract."""

from __future__ import annotations

from django.urls import path

from approvals.api.views import policies, requests

_REQUEST = "approval-requests/<str:request_id>"
_POLICY = "approval-policies/<str:policy_id>"

urlpatterns = [
    path("approval-requests", requests.RequestsView.as_view()),
    path(_REQUEST, requests.RequestView.as_view()),
    path(f"{_REQUEST}/decisions", requests.DecisionsView.as_view()),
    path(f"{_REQUEST}/comments", requests.CommentsView.as_view()),
    path(f"{_REQUEST}/withdraw", requests.WithdrawView.as_view()),
    path(f"{_REQUEST}/resubmit", requests.ResubmitView.as_view()),
    path(f"{_REQUEST}/schedule", requests.ScheduleView.as_view()),
    path(f"{_REQUEST}/revisions", requests.RevisionsView.as_view()),
    path("approval-policies", policies.PoliciesView.as_view()),
    path("approval-policies/simulate", policies.SimulationView.as_view()),
    path(_POLICY, policies.PolicyView.as_view()),
    path(f"{_POLICY}/enable", policies.EnablePolicyView.as_view()),
    path(f"{_POLICY}/disable", policies.DisablePolicyView.as_view()),
    path(f"{_POLICY}/position", policies.PositionView.as_view()),
    path(f"{_POLICY}/versions", policies.PolicyVersionsView.as_view()),
]
