"""Approval policies on the wire. Goes beyond the contract."""

from __future__ import annotations

from typing import Any, Final

from approvals import policy_shapes, registry
from approvals.api.serializers.requests import ExactInput
from approvals.models import Policy, PolicyVersion
from approvals.policies import Judgement, Needed, PolicyInForce
from approvals.services.policies import LONGEST_DESCRIPTION, LONGEST_NAME, MOST_POLICIES, PolicySpec
from core.actors import Role, role_allows
from core.api.fields import BooleanField, ChoiceField, IntegerField, MetadataField, TextField
from core.errors import InvalidPayload
from core.instants import format_instant, format_optional

OBJECT: Final = "approval_policy"
_LONGEST_OPERATION: Final = 64


class PolicyChangeInput(ExactInput):
    """`content`: `operations` and `roles` (empty: any), `conditions`, `stages`, `due_hours`, `remind_hours`,
    `escalate_to`, `allows_emergency`.
    """

    name = TextField(required=False, allow_blank=False, max_length=LONGEST_NAME)
    description = TextField(required=False, max_length=LONGEST_DESCRIPTION)
    content = MetadataField(required=False)


class PolicyInput(PolicyChangeInput):
    name = TextField(allow_blank=False, max_length=LONGEST_NAME)
    content = MetadataField()
    active = BooleanField(required=False, default=True)


class PositionInput(ExactInput):
    position = IntegerField(lowest=1, highest=MOST_POLICIES)


def policy_spec(given: dict[str, Any]) -> PolicySpec:
    """:raises InvalidPayload: a content that is none."""
    content = policy_shapes.parse(given["content"]) if "content" in given else None
    return PolicySpec(name=given.get("name"), description=given.get("description"), content=content)


class SimulationInput(ExactInput):
    """`facts` are those that conditions of policies name; what is left out is not known."""

    operation = TextField(allow_blank=False, max_length=_LONGEST_OPERATION)
    role = ChoiceField(Role, required=False, default=Role.USER.value)
    facts = MetadataField(required=False, default=dict)


def check_simulation(given: dict[str, Any]) -> None:
    """:raises InvalidPayload: an operation or a fact that there is not."""
    operations = [one.name for one in registry.operations()]
    if given["operation"] not in operations:
        raise InvalidPayload(f"Property .operation must be one of {', '.join(operations)}")
    facts = registry.facts()
    for name, value in given["facts"].items():
        if name not in facts:
            raise InvalidPayload(f"Property .facts.{name} is not known; known are {', '.join(sorted(facts))}")
        if not _fits(facts[name].kind, value):
            raise InvalidPayload(f"Property .facts.{name} must be {_KINDS[facts[name].kind]}")


_KINDS: Final = {
    "number": "a number",
    "money": "an amount in minor units",
    "percent": "a number",
    "texts": "a text or a list of texts",
    "yes_no": "true or false",
}


def _fits(kind: str, value: Any) -> bool:
    match kind:
        case "yes_no":
            return isinstance(value, bool)
        case "texts":
            return all(isinstance(one, str) for one in (value if isinstance(value, list) else [value]))
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole or (kind != "money" and isinstance(value, float))


def policy_output(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.public_id,
        "name": policy.name,
        "description": policy.description,
        "active": policy.is_active,
        "position": policy.position,
        "content": policy.content,
        "version": policy.version,
        "created_at": format_instant(policy.created_at),
        "updated_at": format_optional(policy.updated_at),
        "object": OBJECT,
    }


def policy_version_output(version: PolicyVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "name": version.name,
        "active": version.is_active,
        "position": version.position,
        "content": version.content,
        "sha256": version.sha256,
        "author": {
            "type": version.actor_kind,
            "id": version.actor_id,
            "name": version.actor_label,
            "channel": version.channel,
        },
        "created_at": format_instant(version.created_at),
        "object": "approval_policy_version",
    }


def simulation_output(
    judgements: list[Judgement], needed: Needed | None, *, operation: str, role: str, facts: dict[str, Any]
) -> dict[str, Any]:
    """Every policy in force with the reason why it applies or not, and who would be asked in all.

    `may_alone`: the role holds the permission; if not, somebody who does is asked first, or nobody can be.
    """
    may_alone = role_allows(role, registry.operation(operation).permission)
    return {
        "operation": operation,
        "role": role,
        "facts": facts,
        "may_alone": may_alone,
        "needs_approval": needed is not None or not may_alone,
        "stages": [] if needed is None else [vars(one) for one in needed.stages],
        "due_hours": needed.hours("due_hours") if needed else None,
        "allows_emergency": needed.allows_emergency if needed else None,
        "policies": [_judged(one, operation, role) for one in judgements],
        "object": "approval_simulation",
    }


def _judged(judgement: Judgement, operation: str, role: str) -> dict[str, Any]:
    policy: PolicyInForce = judgement.policy
    content = policy.content
    return {
        "id": policy.id,
        "name": policy.name,
        "version": policy.version,
        "applies": judgement.applies,
        "concerns_operation": not content.operations or operation in content.operations,
        "concerns_role": not content.roles or role in content.roles,
        "conditions": [
            {
                "fact": one.fact,
                "operator": one.operator,
                "value": one.value,
                "found": found,
                "holds": holds,
            }
            for one, found, holds in judgement.checks
        ],
    }
