"""Exports on the wire (contract: data file 8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from rest_framework.request import Request

from core.actors import ActorKind
from core.api.fields import StrictField, TextField, WireSerializer
from core.instants import format_instant
from integrations import export_links
from integrations.models import Export


class _ParametersField(StrictField):
    """An object as it came, its numbers exact. The service reads it against what the object offers."""

    default_error_messages = {"type": "must be an object"}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            self.fail("type")
        return dict(data)


class ParametersInput(WireSerializer):
    """A request of which the address says what is exported."""

    parameters = _ParametersField(required=False, allow_null=True)


class ExportInput(ParametersInput):
    exported_object = TextField(allow_blank=False, max_length=64)


def export_output(export: Export, request: Request, *, now: datetime) -> dict[str, Any]:
    """One export. `result.url` opens the file without a key, for a day from now."""
    return {
        "id": export.public_id,
        "object": "export",
        "created_at": format_instant(export.created_at),
        "status": export.status,
        "channel": export.channel,
        "result": _result(export, request, now),
        "user_id": f"user_{export.actor_id}" if export.actor_kind == ActorKind.USER else None,
        "exported_object": export.exported_object,
        "parameters": export.parameters,
    }


def _result(export: Export, request: Request, now: datetime) -> dict[str, str] | None:
    if export.status != Export.Status.DONE:
        return None
    query = urlencode({"token": export_links.token(export.public_id, now=now)})
    return {"url": request.build_absolute_uri(f"/v1/exports/{export.public_id}?{query}")}
