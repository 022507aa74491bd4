from __future__ import annotations

from integrations.models.async_actions import AsyncAction, AsyncActionFailure, AsyncActionNote
from integrations.models.exports import Export, ExportChunk
from integrations.models.imports import ImportChunk, ImportFile, ImportKey
from integrations.models.webhooks import Webhook, WebhookAttempt, WebhookDelivery, WebhookMessage

__all__ = [
    "AsyncAction",
    "AsyncActionFailure",
    "AsyncActionNote",
    "Export",
    "ExportChunk",
    "ImportChunk",
    "ImportFile",
    "ImportKey",
    "Webhook",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookMessage",
]
