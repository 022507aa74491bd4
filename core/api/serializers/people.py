"""People of the project on the wire (contract: data file 19)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from core.api.fields import MapField, TextField, WireSerializer
from core.errors import InvalidPayload
from core.services import people


class AssignmentInput(WireSerializer):
    id = TextField(required=False, allow_null=True, max_length=100)
    login = TextField(required=False, allow_null=True, max_length=254)
    role = TextField(max_length=100)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs.get("id")) == bool(attrs.get("login")):
            raise InvalidPayload("Send either property .id or property .login")
        return attrs


class RoleInput(WireSerializer):
    role = TextField(max_length=100)


class InvitationInput(WireSerializer):
    email = TextField(allow_blank=False, max_length=150)
    first_name = TextField(max_length=150)
    last_name = TextField(max_length=150)
    projects = MapField(child=TextField(max_length=100))


def person_output(person: User, project_id: str) -> dict[str, Any]:
    """Who is not assigned has no project and an empty role."""
    role = people.role_of(person)
    return {
        "id": people.wire_id(person),
        "login": person.username,
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "projects": {} if role is None else {project_id: role.value},
        "role": "" if role is None else role.value,
        "is_owner": person.is_superuser,
    }
