"""What the contract marks as deprecated and still serves; `client_urlpatterns` belong to the client API."""

from __future__ import annotations

from django.urls import path

from promotions.api.views import deprecated_decisions as decisions
from promotions.api.views import deprecated_qualifications as qualifications

urlpatterns = [
    path("campaigns/qualification", qualifications.CampaignsQualificationView.as_view()),
    path("promotions/validation", qualifications.PromotionsValidationView.as_view()),
    path("promotions/tiers/<str:tier_id>/validation", decisions.TierValidationView.as_view()),
    path("vouchers/qualification", qualifications.VouchersQualificationView.as_view()),
]
client_urlpatterns = [
    path("validate", decisions.ClientVoucherValidationView.as_view()),
    path("redeem", decisions.ClientVoucherRedemptionView.as_view()),
]
