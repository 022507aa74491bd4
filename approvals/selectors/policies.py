"""The policies in force, as they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from approvals.models import Policy, PolicyVersion
from approvals.policies import PolicyContent, PolicyInForce
from core.errors import NotFound


def in_force() -> list[PolicyInForce]:
    """In their order; one query."""
    rows = Policy.objects.filter(is_active=True, deleted_at=None).order_by("position", "pk")
    return [as_asked(row) for row in rows]


def as_asked(row: Policy) -> PolicyInForce:
    return PolicyInForce(
        id=row.public_id,
        name=row.name,
        version=row.version,
        content=PolicyContent.from_json(row.content),
    )


def ordered() -> QuerySet[Policy]:
    """All that are not deleted, in their order."""
    return Policy.objects.filter(deleted_at=None).order_by("position", "pk")


def get(public_id: str) -> Policy:
    """:raises NotFound: there is none (any more)."""
    found = Policy.objects.filter(public_id=public_id, deleted_at=None).first()
    if found is None:
        raise NotFound.of("policy", public_id)
    return found


def content_of(row: Policy) -> dict[str, Any]:
    """All that somebody who says yes to a policy has to see, as plain JSON."""
    return {"name": row.name, "description": row.description, "active": row.is_active, **row.content}


def version_content(row: PolicyVersion) -> Mapping[str, Any]:
    """The same of a version; its description is not kept."""
    return {"name": row.name, "active": row.is_active, "position": row.position, **row.content}


def versions_of(row: Policy) -> QuerySet[PolicyVersion]:
    """Newest first."""
    return PolicyVersion.objects.filter(policy=row).order_by("-number")
