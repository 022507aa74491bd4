"""Server paths, mounted under /v1/."""

from __future__ import annotations

from django.urls import path

from integrations.api.views import async_actions, exports

urlpatterns = [
    path("async-actions", async_actions.AsyncActionsView.as_view()),
    path("async-actions/<str:async_action_id>", async_actions.AsyncActionView.as_view()),
    path("async-actions/<str:async_action_id>/cancel", async_actions.AsyncActionCancelView.as_view()),
    path("exports", exports.ExportsView.as_view()),
    path("exports/<str:export_id>", exports.ExportView.as_view()),
]
