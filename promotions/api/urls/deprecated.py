"""What the contract marks as deprecated and still serves; `client_urlpatterns` belong to the client API."""

from __future__ import annotations

from django.urls import path

from promotions.api.views import deprecated_decisions as decisions

urlpatterns = [
    path("promotions/tiers/<str:tier_id>/validation", decisions.TierValidationView.as_view()),
]
client_urlpatterns = [
    path("validate", decisions.ClientVoucherValidationView.as_view()),
    path("redeem", decisions.ClientVoucherRedemptionView.as_view()),
]
