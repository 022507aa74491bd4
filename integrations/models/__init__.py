from __future__ import annotations

from integrations.models.async_actions import AsyncAction

__all__ = ["AsyncAction"]
