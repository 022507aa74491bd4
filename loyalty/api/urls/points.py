"""Points of members, in the order of the contract."""

from __future__ import annotations

from django.urls import path

from loyalty.api.views import points
from promotions.api import card_views

_MEMBER = "loyalties/members/<str:member_id>"
_OF_PROGRAMME = "loyalties/<str:campaign_id>/members/<str:member_id>"
_PENDING = f"{_MEMBER}/pending-points/<str:pending_points_id>"

urlpatterns = [
    path("loyalties/<str:campaign_id>/pending-points", points.ProgrammePendingView.as_view()),
    path(f"{_OF_PROGRAMME}/pending-points", points.MemberPendingView.as_view()),
    path(f"{_MEMBER}/pending-points", points.MemberPendingView.as_view()),
    path(f"{_PENDING}/activate", points.ActivateView.as_view()),
    path(f"{_PENDING}/balance", points.PendingBalanceView.as_view()),
    path(f"{_PENDING}/cancel", points.CancelView.as_view()),
    path(f"{_OF_PROGRAMME}/balance", points.BalanceView.as_view()),
    path(f"{_MEMBER}/balance", points.BalanceView.as_view()),
    path(f"{_OF_PROGRAMME}/transfers", points.TransfersView.as_view()),
    path("loyalties/<str:campaign_id>/transactions", points.ProgrammeTransactionsView.as_view()),
    path("loyalties/<str:campaign_id>/transactions/export", points.ProgrammeTransactionsExportView.as_view()),
    path(f"{_OF_PROGRAMME}/transactions", points.MemberTransactionsView.as_view()),
    path(f"{_MEMBER}/transactions", points.MemberTransactionsView.as_view()),
    path(f"{_MEMBER}/transactions/export", points.MemberTransactionsExportView.as_view()),
    path(f"{_OF_PROGRAMME}/transactions/export", points.MemberTransactionsExportView.as_view()),
    path(f"{_OF_PROGRAMME}/points-expiration", points.ExpirationView.as_view()),
    path("loyalties/<str:campaign_id>/points-expiration/export", points.ExpirationExportView.as_view()),
]

# The same under the addresses of codes and campaigns.
card_views.register("balance", points.VoucherBalanceView)
card_views.register("transactions", points.MemberTransactionsView)
card_views.register("export", points.MemberTransactionsExportView)
card_views.register("programme_transactions", points.ProgrammeTransactionsView)
card_views.register("programme_export", points.ProgrammeTransactionsExportView)
