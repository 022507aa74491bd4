"""The admin pages of integrations. Django finds them by importing this package."""

from __future__ import annotations

from integrations.admin import async_actions, audit, exports, imports, webhook_log, webhooks

__all__ = ["async_actions", "audit", "exports", "imports", "webhook_log", "webhooks"]
