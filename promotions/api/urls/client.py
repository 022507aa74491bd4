"""The client API's part of this app."""

from __future__ import annotations

from django.urls import path

from promotions.api.urls.deprecated import client_urlpatterns
from promotions.api.views import publications, qualifications, redemptions, tiers, validations

urlpatterns = [
    path("validations", validations.ClientValidationsView.as_view()),
    path("redemptions", redemptions.ClientRedemptionsView.as_view()),
    path("promotions/tiers", tiers.ClientTiersView.as_view()),
    path("qualifications", qualifications.ClientQualificationsView.as_view()),
    path("publish", publications.ClientPublishView.as_view()),
    *client_urlpatterns,
]
