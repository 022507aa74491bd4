"""The audit log on the wire. Goes beyond the contract, which shows it to people only (governance 7)."""

from __future__ import annotations

from typing import Any

from core.api.fields import format_instant, format_optional
from core.models import AuditEntry, SealVerification


def audit_entry_output(entry: AuditEntry, *, sealed_to: int) -> dict[str, Any]:
    """`sealed_to`: the highest number under a seal."""
    return {
        "id": entry.public_id,
        "created_at": format_instant(entry.at),
        "action": entry.action,
        "actor": {
            "kind": entry.actor_kind,
            "id": entry.actor_id,
            "name": entry.actor_label,
            "role": entry.actor_role or None,
        },
        "channel": entry.channel,
        "address": entry.address or None,
        "request_id": entry.request_id or None,
        "approval_id": entry.approval_id or None,
        "related_object": {"type": entry.entity_type, "id": entry.entity_id, "name": entry.entity_label},
        "before": entry.before,
        "after": entry.after,
        "sealed": entry.pk <= sealed_to,
        "object": "audit_entry",
    }


def verification_output(last: SealVerification | None) -> dict[str, Any]:
    """`result` is WHOLE, BROKEN, or NOT_VERIFIED where nothing was verified yet."""
    if last is None:
        last = SealVerification()
        result = "NOT_VERIFIED"
    else:
        result = "WHOLE" if last.is_whole else "BROKEN"
    return {
        "result": result,
        "verified_at": format_optional(last.started_at),
        "rows": last.rows_count,
        "seals": last.seals_count,
        "newest_seal": {"number": last.head_number, "digest": last.head_digest} if last.head_digest else None,
        "findings_total": last.findings_count,
        "findings": last.findings,
        "object": "audit_verification",
    }
