"""Versions of terms, and stored decisions, on the wire. Ours: the contract has none."""

from __future__ import annotations

from typing import Any

from core.instants import format_instant
from promotions.api.serializers.explanations import explanation_output
from promotions.models import Version
from promotions.selectors.versions import Named
from promotions.services.explanations import StoredDecision


def version_output(version: Version) -> dict[str, Any]:
    """`sha256` is the digest of `content` as JSON with sorted keys and without spaces, in UTF-8."""
    return {
        "id": version.public_id,
        "object": "version",
        "number": version.number,
        "content": version.content,
        "sha256": version.sha256,
        "author": {
            "type": version.actor_kind,
            "id": version.actor_id,
            "name": version.actor_label,
            "channel": version.channel,
        },
        "created_at": format_instant(version.created_at),
    }


def decision_output(decision: StoredDecision) -> dict[str, Any]:
    row = decision.redemption
    return {
        "object": "decision",
        "redemption_id": row.public_id,
        "decided_at": format_instant(row.redeemed_at),
        "versions": [_named_output(named) for named in decision.versions],
        "explanations": [explanation_output(one) for one in decision.explanations],
        "snapshot": row.snapshot,
        "outcome": row.outcome,
    }


def _named_output(named: Named) -> dict[str, Any]:
    """What is gone for good (a deleted validation rule) has no id any more."""
    subject = {
        "related_object_type": named.version.subject_type,
        "related_object_id": getattr(named.entity, "public_id", None),
    }
    return {**version_output(named.version), **subject}
