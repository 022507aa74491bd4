"""The management API's part of this app."""

from __future__ import annotations

from django.urls import path

from core.api.urls.management import PROJECT
from integrations.api.views import webhooks

urlpatterns = [
    path(f"{PROJECT}/webhooks", webhooks.WebhooksView.as_view(), name="managed-webhooks"),
    path(f"{PROJECT}/webhooks/<str:webhook_id>", webhooks.WebhookView.as_view(), name="managed-webhook"),
    path(
        f"{PROJECT}/webhooks/<str:webhook_id>/secret",
        webhooks.WebhookSecretView.as_view(),
        name="managed-webhook-secret",
    ),
]
