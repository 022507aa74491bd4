"""A call that has to wait for a yes, and who says it, over the API."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from approvals.models import ApprovalRequest, Policy
from approvals.policies import Condition, PolicyContent, Stage
from promotions.models import Campaign
from tests.approvals.world import DEEP
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, percent

URL = "/v1/approval-requests"
THIRTY = {"discount": percent(30)}


def free_policy(*names: str, needed: int = 1, **content: Any) -> Policy:
    """A policy in force whose stages ask no group: whoever may decide, keys too."""
    stages = tuple(Stage(name=name, needed=needed) for name in names or ("Anybody who decides",))
    made = PolicyContent(stages=stages, **{"conditions": (Condition(**DEEP),), **content})
    return Policy.objects.create(
        name=f"Policy {Policy.objects.count() + 1}",
        position=Policy.objects.count() + 1,
        content=made.to_json(),
        created_at=NOW,
    )


def campaign(**values: Any) -> Campaign:
    made: Campaign = CampaignFactory(**{"discount": percent(10), **values})
    return made


def ask(caller: APIClient, about: Campaign, body: Any = None) -> ApprovalRequest:
    """Send a change that is refused for now; returns the request that it became."""
    answer = caller.put(f"/v1/campaigns/{about.public_id}", body or THIRTY)
    assert (answer.status_code, answer.json()["key"]) == (403, "approval_required"), answer.json()
    return ApprovalRequest.objects.get(public_id=answer.json()["resource_id"])


def at(request: ApprovalRequest, path: str = "") -> str:
    return f"{URL}/{request.public_id}{path}"


def yes(request: ApprovalRequest, **more: Any) -> dict[str, Any]:
    request.refresh_from_db()
    return {"verdict": "APPROVE", "revision": request.revision, **more}
