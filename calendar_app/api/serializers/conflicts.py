"""Conflicts on the wire. Goes beyond the contract; unknown properties are refused."""

from __future__ import annotations

from typing import Any

from calendar_app.models import Conflict
from calendar_app.selectors import conflicts
from calendar_app.services.conflicts import LONGEST_REASON
from calendar_app.services.previews import Shown
from core.api.fields import InstantField, TextField
from core.instants import format_instant, format_optional
from promotions.api.serializers.budgets import ExactInput
from promotions.api.serializers.campaigns import CampaignInput

_LONGEST_ID = 100
_SIDES = ("left", "right")


class ConflictDecisionInput(ExactInput):
    """`terms`: those that were looked at; others than the present ones are refused."""

    reason = TextField(max_length=LONGEST_REASON)
    terms = TextField(required=False, max_length=64, default="")


class ReopenInput(ExactInput):
    reason = TextField(max_length=LONGEST_REASON)


class PreviewInput(ExactInput):
    """A campaign that is there, by id or name, at other dates: those that are left out stay, null is open. Or
    a `draft`, with the properties of `POST /v1/campaigns`.
    """

    campaign_id = TextField(required=False, max_length=_LONGEST_ID)
    draft = CampaignInput(required=False)
    start_date = InstantField(required=False, allow_null=True)
    expiration_date = InstantField(required=False, allow_null=True)


def conflict_output(conflict: Conflict) -> dict[str, Any]:
    """`sentence` and `fixes` are for people. `terms` change when what makes it a conflict changes.

    `customers` and `products` are those in common, `cost` is an estimate in minor units. `example` is a
    basket that gets both; null where nobody can tell whether they meet.
    """
    facts = conflict.facts
    return {
        "id": conflict.public_id,
        "kind": conflict.kind,
        "severity": conflict.severity,
        "certainty": conflict.certainty,
        "state": conflict.state,
        "sentence": _plain(conflict.sentence),
        "why": _plain(facts.get("why", "")),
        "left": _side(conflict, "left"),
        "right": _side(conflict, "right"),
        "starts_at": format_instant(conflict.starts_at),
        "ends_at": format_optional(conflict.ends_at),
        "windows": [window_output(*window) for window in conflict.windows],
        "customers": _number(conflict.customers, conflict.customers_how),
        "products": _number(conflict.products, conflict.products_how),
        "cost": conflict.cost,
        "together_percent": facts.get("together_percent"),
        "winner": facts.get("winner") or None,
        "example": facts.get("receipt"),
        "unknown": [_plain(one) for one in facts.get("opaque", ())],
        "budgets": facts.get("pools", []),
        "fixes": [_fix(conflict, one) for one in facts.get("fixes", ())],
        "terms": conflict.terms,
        "acceptance": _acceptance(conflict),
        "reopened_because": conflict.reopened_because or None,
        "found_at": format_instant(conflict.found_at),
        "seen_at": format_instant(conflict.seen_at),
        "gone_at": format_optional(conflict.gone_at),
        "object": conflicts.OBJECT,
    }


def preview_output(preview: Shown) -> dict[str, Any]:
    """What would be a conflict: as one, without what only a stored one has."""
    found, counts, other = preview.found, preview.counts, preview.other
    return {
        "kind": found.kind.value,
        "severity": found.severity.value,
        "certainty": found.certainty.value,
        "sentence": _plain(preview.sentence),
        "why": _plain(found.why),
        "with": {
            "object": "blackout" if other is None else "promotion_tier" if other.tier_id else "campaign",
            "id": None if other is None else other.public_id,
            "name": (found.closure.name if found.closure else "") if other is None else other.label,
        },
        "starts_at": format_optional(found.first_at),
        "ends_at": format_optional(found.spans[-1][1]) if found.spans else None,
        "windows": [window_output(*window) for window in found.spans],
        "customers": _number(
            *((counts.customers, counts.customers_how.value) if counts else (None, "UNKNOWN"))
        ),
        "products": _number(*((counts.products, counts.products_how.value) if counts else (None, "UNKNOWN"))),
        "cost": counts.cost if counts else None,
        "together_percent": found.together_percent,
        "example": preview.receipt,
        "unknown": [_plain(one) for one in found.opaque],
        "fixes": [{"kind": fix.kind.value, "sentence": _plain(fix.sentence)} for fix in preview.fixes],
        "object": "conflict_preview",
    }


def window_output(begins: Any, ends: Any) -> dict[str, Any]:
    return {"starts_at": format_instant(begins), "ends_at": format_optional(ends)}


def _side(conflict: Conflict, side: str) -> dict[str, Any]:
    campaign, tier = getattr(conflict, f"{side}_campaign"), getattr(conflict, f"{side}_tier")
    facts = conflict.facts.get(side, {})
    is_blackout = getattr(conflict, f"{side}_unit").startswith("blackout:")
    is_proposed = bool(facts.get("is_proposed")) and conflict.request is not None
    kind = "blackout" if is_blackout else "promotion_tier" if tier is not None else "campaign"
    return {
        "object": kind,
        "name": conflict.facts.get(f"{side}_name", ""),
        "campaign_id": campaign.public_id if campaign is not None else None,
        "promotion_tier_id": tier.public_id if tier is not None else None,
        "approval_request_id": conflict.request.public_id if is_proposed and conflict.request else None,
    }


def _fix(conflict: Conflict, fix: dict[str, Any]) -> dict[str, Any]:
    side = next((one for one in _SIDES if getattr(conflict, f"{one}_key") == fix.get("key")), None)
    return {"kind": fix["kind"], "sentence": _plain(fix["sentence"]), "changes": side}


def _acceptance(conflict: Conflict) -> dict[str, Any] | None:
    said = conflict.acceptance
    if said is None or conflict.state != Conflict.State.ACCEPTED:
        return None
    return {"at": format_instant(said.at), "by": said.actor_label, "reason": said.reason}


def _number(count: int | None, how: str) -> dict[str, Any]:
    return {"count": count, "how": how}


def _plain(text: str) -> str:
    """Without the blanks that hold amounts together on pages."""
    return text.replace("\N{NO-BREAK SPACE}", " ")
