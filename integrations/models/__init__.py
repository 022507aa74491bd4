from __future__ import annotations

from integrations.models.async_actions import AsyncAction
from integrations.models.exports import Export, ExportChunk

__all__ = ["AsyncAction", "Export", "ExportChunk"]
