"""Publications, wallets and what happened to customers, in the order of the contract."""

from __future__ import annotations

from django.urls import path

import commerce.api.urls.v1  # noqa: F401 - registers <reference:…>
from promotions.api.views import activity, publications

urlpatterns = [
    path("publications", publications.PublicationsView.as_view()),
    path("publications/create", publications.PublicationCreateView.as_view()),
    path("vouchers/<code:code>/publications", publications.VoucherPublicationsView.as_view()),
    path("customers/<reference:customer_id>/activity", activity.CustomerActivityView.as_view()),
    path("customers/<reference:customer_id>/activities", activity.CustomerActivityView.as_view()),
    path("customers/<reference:customer_id>/redeemables", publications.CustomerRedeemablesView.as_view()),
]
