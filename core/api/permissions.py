"""What a key may do: `<resource>.<action>`, from attributes of the view."""

from __future__ import annotations

from typing import Any, Final

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.errors import MissingPermission

_DEFAULT_ACTIONS: Final = {
    "GET": "read",
    "HEAD": "read",
    "POST": "create",
    "PUT": "modify",
    "PATCH": "modify",
    "DELETE": "delete",
}


class RolePermission(BasePermission):
    """Asks the actor for `view.resource` + the action of the method (`view.actions` overrides the usual
    verbs). Who may only propose it gets as far as the service, where the gate files a request.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        method = request.method or ""
        # A HEAD runs what its GET runs, so that it needs the same.
        named = view.actions.get("GET" if method == "HEAD" else method)
        action = named or _DEFAULT_ACTIONS.get(method)
        if action is None:
            # OPTIONS, and methods that no view serves: those end as 405.
            return True
        permission = f"{view.resource}.{action}"
        credentials: Any = request.auth
        # Only keys have more to say than the actor that they stand for.
        allows = getattr(credentials, "allows", credentials.actor.gets_to)
        if not allows(permission):
            raise MissingPermission(f"The key lacks the permission {permission}.")
        return True
