"""`/management/v1/projects/{projectId}/users`: who works in the project, and in which role."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import User
from rest_framework.request import Request
from rest_framework.response import Response

from core import project as settings_row
from core.api.fields import parse
from core.api.serializers.people import AssignmentInput, InvitationInput, RoleInput, person_output
from core.api.views import actor_of
from core.api.views_projects import ManagedProjectView
from core.errors import InvalidPayload, NotFound
from core.services import invitations, people


class PeopleView(ManagedProjectView):
    inputs: ClassVar = {"POST": AssignmentInput}

    def get(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        return self.listing([person_output(person, project_id) for person in people.assigned()])

    def post(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        given = parse(AssignmentInput, request.data)
        user_id = given.get("id")
        person = people.get(user_id=user_id) if user_id else people.by_login(login=given["login"])
        made = people.assign(person=person, role=given["role"], actor=actor_of(request), now=self.now)
        return Response(person_output(made, project_id))


class PersonView(ManagedProjectView):
    inputs: ClassVar = {"PUT": RoleInput}

    def get(self, request: Request, project_id: str, user_id: str) -> Response:
        person = self._found(project_id, user_id)
        if people.role_of(person) is None:
            raise NotFound.of("user", user_id)
        return Response(person_output(person, project_id))

    def put(self, request: Request, project_id: str, user_id: str) -> Response:
        person = self._found(project_id, user_id)
        role = parse(RoleInput, request.data)["role"]
        changed = people.change_role(person=person, role=role, actor=actor_of(request), now=self.now)
        return Response(person_output(changed, project_id))

    def delete(self, request: Request, project_id: str, user_id: str) -> Response:
        person = self._found(project_id, user_id)
        people.unassign(person=person, actor=actor_of(request), now=self.now)
        return Response(status=204)

    def _found(self, project_id: str, user_id: str) -> User:
        self.project(project_id)
        return people.get(user_id=user_id)


class InvitationsView(ManagedProjectView):
    inputs: ClassVar = {"POST": InvitationInput}

    def post(self, request: Request) -> Response:
        given = parse(InvitationInput, request.data)
        projects = given.pop("projects")
        ours = settings_row.current().public_id
        unknown = next((project_id for project_id in projects if project_id != ours), None)
        if unknown is not None:
            raise NotFound.of("project", unknown)
        if not projects:
            raise InvalidPayload("Property .projects must name a role in the project")
        invitations.invite(**given, role=projects[ours], actor=actor_of(request), now=self.now)
        return Response(status=204)
