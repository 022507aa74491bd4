"""Changes of policies, which policies may ask about, and how they read before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.urls import reverse

from approvals import policy_words, registry
from approvals.models import Policy
from approvals.policies import Condition, PolicyContent, Stage
from approvals.registry import Arguments, Operation, Subject
from approvals.selectors import policies as known
from approvals.services import policies
from approvals.services.policies import PERMISSION, PolicySpec

POLICY: Final = "policy"
_SPECS: Final = (PolicySpec, PolicyContent, Condition, Stage)


def _policy(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    """One that is out of force reaches nobody: putting it in force is asked about."""
    pk = arguments.get("policy_id") or (result.pk if isinstance(result, Policy) else 0)
    row = Policy.objects.filter(pk=pk).first()
    if row is None:
        return Subject(type=POLICY, is_running=False)
    return Subject(
        type=POLICY,
        id=row.public_id,
        label=row.name,
        content=known.content_of(row) if row.deleted_at is None else None,
        is_running=row.is_active and row.deleted_at is None,
    )


def _order(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    """What matters is who comes before whom among those in force."""
    row = Policy.objects.filter(pk=arguments["policy_id"], deleted_at=None).first()
    names = list(known.ordered().filter(is_active=True).values_list("name", flat=True))
    return Subject(
        type=POLICY,
        id=row.public_id if row else "",
        label=row.name if row else "",
        content={"order": names},
    )


type _Entry = tuple[str, Callable[..., Any], Callable[[Arguments, Any, Subject | None], Subject]]

_OPERATIONS: Final[Mapping[str, _Entry]] = {
    "policies.create": ("New policy", policies.create, _policy),
    "policies.update": ("Change a policy", policies.update, _policy),
    "policies.switch": ("Switch a policy", policies.set_active, _policy),
    "policies.move": ("Move a policy", policies.move, _order),
    "policies.delete": ("Delete a policy", policies.delete, _policy),
}


def register() -> None:
    for name, (label, service, describe) in _OPERATIONS.items():
        registry.register(
            Operation(
                name=name,
                label=label,
                permission=PERMISSION,
                service=service,
                describe=describe,
                specs=_SPECS,
            )
        )
    registry.register_words(POLICY, policy_words.differences)
    registry.register_page(POLICY, _page)


def _page(policy_id: str) -> str:
    row = Policy.objects.filter(public_id=policy_id, deleted_at=None).first()
    return reverse("admin:approvals_policy_change", args=[row.pk]) if row else ""
