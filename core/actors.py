"""Who acts.

Passed explicitly to every service, so that the same rule holds for admin, API, tasks and commands.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    USER = "user"
    API_KEY = "api_key"
    SYSTEM = "system"


class Role(StrEnum):
    """Roles of the contract (governance 3). Values are what keys and users store."""

    ADMIN = "ADMIN"
    USER = "USER"
    VIEWER = "VIEWER"
    MERCHANT = "MERCHANT"


_MERCHANT = frozenset(
    {
        "validations.validate",
        "validations.explain",
        "redemptions.redeem",
        "redemptions.rollback",
        "qualifications.qualify",
        "qualifications.explain",
    }
)
_CLIENT = frozenset({"validations.validate", "redemptions.redeem", "qualifications.qualify", "events.create"})
# Of the project itself; nothing that somebody at a till or a campaign works with.
_OF_THE_PROJECT = ("settings.", "management.", "api_keys.")
# Who plans a promotion does not decide himself what it may cost.
_OF_FINANCE = ("budgets.",)


def role_allows(role: str, permission: str) -> bool:
    """Whether a role holds a permission such as `vouchers.modify`.

    Contract: governance 3. Admin all; User all but project settings and keys, budgets to read only; Viewer
    reads and exports; Merchant validates, redeems, rolls back and reads what belongs to that, settings and
    keys not.
    """
    action = permission.rpartition(".")[2]
    match role:
        case Role.ADMIN:
            return True
        case Role.USER:
            may_change = not permission.startswith(_OF_FINANCE) or action in {"read", "export"}
            return may_change and not permission.startswith(_OF_THE_PROJECT)
        case Role.VIEWER:
            return action in {"read", "export"}
        case Role.MERCHANT:
            may_read = action == "read" and not permission.startswith(_OF_THE_PROJECT)
            return may_read or permission in _MERCHANT
        case "CLIENT":
            return permission in _CLIENT or permission == "promotions.read"
    return False


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Somebody or something that asks for a change.

    `id` is stable (user pk, key id, name of the process); `label` is for people; `channel` says through which
    door (`API`, `CLIENT_API`, `ADMIN`, `COMMAND`, `TASK`).
    """

    kind: ActorKind
    id: str
    label: str
    role: str = Role.VIEWER
    channel: str = "API"
    request_id: str = ""

    def may(self, permission: str) -> bool:
        return self.kind is ActorKind.SYSTEM or role_allows(self.role, permission)

    @classmethod
    def system(cls, name: str, *, channel: str = "COMMAND") -> Actor:
        """A process of the house itself: a command, a task, a subscriber."""
        return cls(kind=ActorKind.SYSTEM, id=name, label=name, role=Role.ADMIN, channel=channel)
