"""`/management/v1/projects/{projectId}/stacking-rules` (contract: core 17, data file 19)."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.serializers.project import StackingRulesInput, stacking_rules_object
from core.api.views import actor_of
from core.api.views_projects import ManagedProjectView
from core.models import ProjectSettings
from core.services import stacking_rules


class StackingRulesBase(ManagedProjectView):
    """`promotions` knows which categories are exclusive or joint: it mounts subclasses that print them."""

    def categories(self) -> dict[str, list[str]]:
        """Wire ids for `exclusive_categories` and `joint_categories`."""
        return {}

    def output(self, settings: ProjectSettings) -> dict[str, Any]:
        return stacking_rules_object(settings, **self.categories())


class StackingRulesListView(StackingRulesBase):
    inputs: ClassVar = {"POST": StackingRulesInput}

    def get(self, request: Request, project_id: str) -> Response:
        return self.listing([self.output(self.project(project_id))])

    def post(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        changes = parse(StackingRulesInput, request.data)
        return Response(
            self.output(stacking_rules.create(changes=changes, actor=actor_of(request), now=self.now))
        )


class StackingRulesView(StackingRulesBase):
    inputs: ClassVar = {"PUT": StackingRulesInput}

    def get(self, request: Request, project_id: str, rules_id: str) -> Response:
        settings = self.project(project_id)
        stacking_rules.must_have(settings, rules_id)
        return Response(self.output(settings))

    def put(self, request: Request, project_id: str, rules_id: str) -> Response:
        self.project(project_id)
        changes = parse(StackingRulesInput, request.data)
        settings = stacking_rules.update(
            rules_id=rules_id, changes=changes, actor=actor_of(request), now=self.now
        )
        return Response(self.output(settings))

    def delete(self, request: Request, project_id: str, rules_id: str) -> Response:
        self.project(project_id)
        stacking_rules.delete(rules_id=rules_id, actor=actor_of(request), now=self.now)
        return Response(status=204)
