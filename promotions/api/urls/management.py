"""The management API's part of this app."""

from __future__ import annotations

from django.urls import path

from core.api.urls.management import PROJECT
from promotions.api.views import stacking_rules as stacking
from promotions.api.views import templates

urlpatterns = [
    path(f"{PROJECT}/stacking-rules", stacking.StackingRulesListView.as_view(), name="stacking-rules-list"),
    path(
        f"{PROJECT}/stacking-rules/<str:rules_id>",
        stacking.StackingRulesView.as_view(),
        name="stacking-rules",
    ),
    path(
        f"{PROJECT}/templates/campaigns",
        templates.ManagedTemplatesView.as_view(),
        name="managed-campaign-templates",
    ),
    path(
        f"{PROJECT}/templates/campaigns/<str:campaign_template_id>/copy",
        templates.ManagedTemplateCopyView.as_view(),
        name="managed-campaign-template-copy",
    ),
]
