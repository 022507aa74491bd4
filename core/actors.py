"""Who acts.

Passed explicitly to every service, so that the same rule holds for admin, API, tasks and commands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class ActorKind(StrEnum):
    USER = "user"
    API_KEY = "api_key"
    SYSTEM = "system"


class Role(StrEnum):
    """Roles of the contract (governance 3). Values are what keys and users store."""

    ADMIN = "ADMIN"
    USER = "USER"
    USER_RESTRICTED = "USER_RESTRICTED"
    SUPPORT = "SUPPORT"
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
_SUPPORT = frozenset(
    {
        "validations.validate",
        "validations.explain",
        "qualifications.qualify",
        "qualifications.explain",
        "redemptions.rollback",
        "sessions.release",
        "approvals.comment",
    }
)
_CLIENT = frozenset(
    {
        "validations.validate",
        "redemptions.redeem",
        "qualifications.qualify",
        "events.create",
        "vouchers.publish",
    }
)
# Of the project itself and of its books; nothing that somebody at a till or a campaign works with.
_OF_THE_PROJECT = ("settings.", "management.", "api_keys.", "areas.manage", "areas.modify", "finance.")
# Who plans a promotion does not decide himself what it may cost, nor which dates are closed to it.
_OF_FINANCE = ("budgets.", "blackouts.")
# Deciding about what others ask for, and stopping everything, are duties of their own.
_OF_REVIEWERS = ("approvals.decide", "approvals.configure", "emergency.")
# What a role may ask for, without the right to do it alone: an approval request is made of it.
_PROPOSED: Final = {
    Role.USER: frozenset({"budgets.create", "budgets.modify", "budgets.delete"}),
    Role.USER_RESTRICTED: frozenset({"budgets.create", "budgets.modify", "budgets.delete"}),
    Role.SUPPORT: frozenset({"vouchers.modify"}),
}


def role_allows(role: str, permission: str) -> bool:
    """Whether a role holds a permission such as `vouchers.modify`.

    Contract: governance 3. Admin all; User (restricted to places or not) all but project settings and keys,
    decisions about requests and the emergency stop, budgets and blackouts to read only; Support reads,
    explains, rolls back; Viewer reads and exports; Merchant validates, redeems, rolls back and reads what
    belongs to that, settings and keys not.
    """
    action = permission.rpartition(".")[2]
    match role:
        case Role.ADMIN:
            return True
        case Role.USER | Role.USER_RESTRICTED:
            may_change = not permission.startswith(_OF_FINANCE) or action in {"read", "export"}
            return may_change and not permission.startswith((*_OF_THE_PROJECT, *_OF_REVIEWERS))
        case Role.SUPPORT:
            may_read = action in {"read", "export"} and not permission.startswith(_OF_THE_PROJECT)
            return may_read or permission in _SUPPORT
        case Role.VIEWER:
            return action in {"read", "export"}
        case Role.MERCHANT:
            may_read = action == "read" and not permission.startswith(_OF_THE_PROJECT)
            return may_read or permission in _MERCHANT
        case "CLIENT":
            return permission in _CLIENT or permission == "promotions.read"
    return False


def limited_by(role: str, places: Iterable[str]) -> frozenset[str] | None:
    """The places that somebody of this role and with these assignments is limited to; None: no limit.

    Administrators work everywhere, restricted users nowhere but in their places (contract: data and events
    16). Others are limited once they have a place.
    """
    if role == Role.ADMIN:
        return None
    found = frozenset(places)
    return found if found or role == Role.USER_RESTRICTED else None


def role_proposes(role: str, permission: str) -> bool:
    """Whether a role that lacks a permission may ask somebody else to say yes to what it needs it for."""
    return permission in _PROPOSED.get(role, frozenset())  # type: ignore[call-overload]


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Somebody or something that asks for a change.

    `id` is stable (user pk, key id, name of the process); `label` is for people; `channel` says through which
    door (`API`, `CLIENT_API`, `ADMIN`, `COMMAND`, `TASK`). `duties` are permissions beside the role.
    `address` is where the request came from, `approval_id` the approval request that is carried out;
    `second_factor`: his session has shown a code of his authenticator app. `effective_at`: what he asks for
    is to take effect then. `places`: he is limited to these (`core.places`); None: he works everywhere.
    `store` is the code of the store that he is in, if that is known.
    """

    kind: ActorKind
    id: str
    label: str
    role: str = Role.VIEWER
    channel: str = "API"
    request_id: str = ""
    duties: frozenset[str] = frozenset()
    address: str = ""
    approval_id: str = ""
    second_factor: bool = False
    effective_at: datetime | None = None
    places: frozenset[str] | None = None
    store: str = ""

    def may(self, permission: str) -> bool:
        is_system = self.kind is ActorKind.SYSTEM
        return is_system or permission in self.duties or role_allows(self.role, permission)

    def proposes(self, permission: str) -> bool:
        """Whether he may at least ask for it."""
        return role_proposes(self.role, permission)

    def gets_to(self, permission: str) -> bool:
        """Whether he gets as far as the services behind a permission: there the gate lets pass or asks."""
        return self.may(permission) or self.proposes(permission)

    @classmethod
    def system(cls, name: str, *, channel: str = "COMMAND") -> Actor:
        """A process of the house itself: a command, a task, a subscriber."""
        return cls(kind=ActorKind.SYSTEM, id=name, label=name, role=Role.ADMIN, channel=channel)
