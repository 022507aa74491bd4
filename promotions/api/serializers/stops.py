"""Emergency stops on the wire. Goes beyond the contract; unknown properties are refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.api.fields import BooleanField, ListField, TextField
from core.instants import format_instant, format_optional
from promotions.api.serializers.budgets import ExactInput
from promotions.models import EmergencyStop
from promotions.selectors import stop_reports
from promotions.selectors.stops import KINDS
from promotions.services.stops import LONGEST_REASON, MOST_ENTRIES, StopSpec


def _references() -> ListField:
    return ListField(
        child=TextField(max_length=255, allow_blank=False), required=False, max_length=MOST_ENTRIES
    )


class CoversInput(ExactInput):
    """Everything, or ids by kind; campaigns and categories by name, products by the shop's id, too."""

    everything = BooleanField(required=False)
    campaigns = _references()
    categories = _references()
    products = _references()
    collections = _references()
    stores = _references()
    channels = _references()
    api_keys = _references()


class EmergencyStopInput(ExactInput):
    covers = CoversInput()
    reason = TextField(allow_blank=False, max_length=LONGEST_REASON)
    drill = BooleanField(required=False)


class RestoreInput(ExactInput):
    reason = TextField(allow_blank=False, max_length=LONGEST_REASON)


def stop_spec(given: Mapping[str, Any]) -> StopSpec:
    covers = given["covers"]
    return StopSpec(
        reason=given["reason"],
        is_everything=bool(covers.get("everything")),
        covers={kind: covers[kind] for kind in KINDS if kind in covers},
        is_drill=bool(given.get("drill")),
    )


def stop_output(stop: EmergencyStop) -> dict[str, Any]:
    return {
        "id": stop.public_id,
        "status": _status(stop),
        "drill": stop.is_drill,
        "covers": stop.covers,
        "reason": stop.reason,
        "started_at": format_instant(stop.started_at),
        "started_by": _who(stop.started_by, stop.started_label),
        "restore": _restore(stop),
        "object": stop_reports.OBJECT,
    }


def stop_detail(stop: EmergencyStop) -> dict[str, Any]:
    """With what was on and what it refused (a drill: would have)."""
    report = stop_reports.report(stop)
    return {
        **stop_output(stop),
        "was_on": stop_reports.was_on(stop),
        "report": {
            "attempts": report.attempts,
            "discount_amount": report.discount,
            "processes": [
                {
                    "process": one.process,
                    "attempts": one.attempts,
                    "first_at": format_instant(one.first_at),
                    "first_after_milliseconds": _milliseconds(stop.started_at, one.first_at),
                }
                for one in report.processes
            ],
        },
    }


def _status(stop: EmergencyStop) -> str:
    if stop.restored_at is not None:
        return "RESTORED"
    return "ACTIVE" if stop.restore_asked_at is None else "RESTORE_REQUESTED"


def _restore(stop: EmergencyStop) -> dict[str, Any] | None:
    if stop.restore_asked_at is None:
        return None
    return {
        "reason": stop.restore_reason,
        "requested_at": format_instant(stop.restore_asked_at),
        "requested_by": _who(stop.restore_asked_by, stop.restore_asked_label),
        "restored_at": format_optional(stop.restored_at),
        "restored_by": _who(stop.restored_by, stop.restored_label) if stop.restored_at else None,
    }


def _who(identity: str, label: str) -> dict[str, str]:
    """Numbers of people stay in the house."""
    return {"type": identity.partition(":")[0], "name": label}


def _milliseconds(begin: datetime, end: datetime) -> int:
    return round((end - begin).total_seconds() * 1000)
