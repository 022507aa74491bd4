"""How a job ended, in the words of the wire. Contract: data file 10."""

from __future__ import annotations

from typing import Any, Final

from core.instants import format_instant
from integrations import registry
from integrations.models import AsyncAction
from integrations.registry import Report

OPEN: Final = (AsyncAction.Status.ENQUEUED, AsyncAction.Status.IN_PROGRESS)


def status(action: AsyncAction) -> str:
    """The contract has no word for cancelled jobs: they have failed, and the message says why."""
    if action.status == AsyncAction.Status.CANCELLED:
        return AsyncAction.Status.FAILED.value
    return action.status


def report(action: AsyncAction) -> dict[str, Any] | None:
    """The `result` of a job on the wire; None while it runs. `reports` stays empty: see `errors`."""
    if action.status in OPEN:
        return None
    job_type = registry.known(action.type)
    name_key = job_type.name_key if job_type else "source_id"
    failures = (action.result or {}).get("failures", [])
    counts = {"done_count": action.done_count, "failed_count": action.failed_count}
    if job_type is not None and job_type.report is Report.BULK:
        finished_at = action.finished_at or action.created_at
        errors = [
            {
                "message": "Row was not updated",
                "details": failure["reason"],
                "key": failure["key"],
                name_key: failure["name"],
            }
            for failure in failures
        ]
        return {
            **counts,
            "reports": [],
            "reports_available_till": format_instant(finished_at),
            "errors": errors,
        }
    failed = [
        {
            **({name_key: failure["name"]} if failure["name"] else {}),
            "row": failure["row"],
            "reason": failure["reason"],
        }
        for failure in failures
    ]
    return {"message": (action.result or {}).get("message", ""), "failed": failed, **counts}
