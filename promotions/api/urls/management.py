"""The management API's part of this app."""

from __future__ import annotations

from django.urls import path

from core.api.urls.management import PROJECT
from promotions.api.views import stacking_rules as stacking

urlpatterns = [
    path(f"{PROJECT}/stacking-rules", stacking.StackingRulesListView.as_view(), name="stacking-rules-list"),
    path(
        f"{PROJECT}/stacking-rules/<str:rules_id>",
        stacking.StackingRulesView.as_view(),
        name="stacking-rules",
    ),
]
