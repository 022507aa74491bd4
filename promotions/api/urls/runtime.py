"""Deciding and using, in the order of the contract. `catalogue.py` beside holds the definitions."""

from __future__ import annotations

from django.urls import path

from promotions.api.views import qualifications, redemptions, validations

urlpatterns = [
    path("validations", validations.ValidationsView.as_view()),
    path("vouchers/<code:code>/validate", validations.VoucherValidationView.as_view()),
    path("vouchers/<code:code>/sessions/<str:session_key>", validations.VoucherSessionView.as_view()),
    path("redemptions", redemptions.RedemptionsView.as_view()),
    path("redemptions/<str:redemption_id>", redemptions.RedemptionView.as_view()),
    path("redemptions/<str:redemption_id>/rollback", redemptions.RollbackView.as_view()),
    path("redemptions/<str:redemption_id>/rollbacks", redemptions.RollbacksView.as_view()),
    path("vouchers/<code:code>/redemption", redemptions.VoucherRedemptionView.as_view()),
    path("promotions/tiers/<str:tier_id>/redemption", redemptions.TierRedemptionView.as_view()),
    path("qualifications", qualifications.QualificationsView.as_view()),
]
