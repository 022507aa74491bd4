"""Parts of orders that come back: ours, beyond the contract."""

from __future__ import annotations

from django.urls import path

import commerce.api.urls.v1  # noqa: F401 - registers <reference:…>
from promotions.api.views import returns

urlpatterns = [path("orders/<reference:order_id>/returns", returns.OrderReturnsView.as_view())]
