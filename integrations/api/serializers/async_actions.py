"""Background jobs on the wire."""

from __future__ import annotations

from typing import Any

from core.instants import format_instant
from integrations.models import AsyncAction
from integrations.services import job_reports


def listed_action_output(action: AsyncAction) -> dict[str, Any]:
    """The object of the list: without the result."""
    return {
        "id": action.public_id,
        "type": action.type,
        "status": job_reports.status(action),
        "operation_status": action.operation_status,
        "created_at": format_instant(action.created_at),
        **({"updated_at": format_instant(action.updated_at)} if action.updated_at else {}),
        "request_id": action.request_id,
        "processing_time": action.processing_time,
        "progress": action.progress,
        "object": "async_action",
    }


def action_output(action: AsyncAction) -> dict[str, Any]:
    """One job with its result, once there is one."""
    result = job_reports.report(action)
    return {**listed_action_output(action), **({"result": result} if result is not None else {})}


def accepted_output(action: AsyncAction) -> dict[str, Any]:
    """The answer to the request that started a job."""
    return {"async_action_id": action.public_id}
