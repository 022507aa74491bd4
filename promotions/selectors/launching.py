"""Whom the launch of a draft would ask, and the request that asks them. Nothing is tried out here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from approvals import proposals, registry
from approvals.models import OPEN, ApprovalRequest
from approvals.selectors import policies
from approvals.services import carrying_out
from core.actors import Actor
from promotions.models import Campaign

LAUNCH: Final = "campaigns.launch"


@dataclass(frozen=True, kw_only=True)
class Asking:
    """The open request to launch a draft. `is_outdated`: the draft was changed since."""

    request: ApprovalRequest
    is_outdated: bool


def asked(campaign: Campaign, actor: Actor, now: datetime) -> list[str]:
    """The stages that have to say yes before this actor's launch of the draft; none: he may do it alone.

    A launch changes nothing that policies ask about, so the draft as it is tells.
    """
    operation = registry.operation(LAUNCH)
    arguments = {"campaign_id": campaign.pk, "actor": actor, "now": now}
    before = operation.describe(arguments, None, None)
    after = replace(before, content={**(before.content or {}), "active": True}, is_running=True)
    needed = proposals.needed_for(operation, actor, before, after, policies.in_force())
    return [] if needed is None else [stage.name for stage in needed.stages]


def asking(campaign: Campaign, now: datetime) -> Asking | None:
    """The newest open request to launch it."""
    rows = ApprovalRequest.objects.filter(
        operation=LAUNCH, target_type="campaign", target_id=campaign.public_id, state__in=OPEN
    )
    request = rows.order_by("-created_at", "-pk").first()
    if request is None:
        return None
    return Asking(request=request, is_outdated=carrying_out.has_moved(request, now))
