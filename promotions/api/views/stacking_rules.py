"""`/management/v1/projects/{projectId}/stacking-rules` (contract: core 17, data file 19)."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.views import actor_of
from core.api.views_projects import ManagedProjectView
from core.models import ProjectSettings
from promotions.api.serializers.stacking_rules import StackingRulesInput, rules_spec, stacking_rules_object
from promotions.selectors import stacking_rules as known
from promotions.services import stacking_rules


class StackingRulesListView(ManagedProjectView):
    """`GET` and `POST …/stacking-rules`."""

    inputs: ClassVar = {"POST": StackingRulesInput}

    def get(self, request: Request, project_id: str) -> Response:
        return self.listing([_output(self.project(project_id))])

    def post(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        spec = rules_spec(parse(StackingRulesInput, request.data))
        return Response(_output(stacking_rules.create(spec=spec, actor=actor_of(request), now=self.now)))


class StackingRulesView(ManagedProjectView):
    """`GET`, `PUT` and `DELETE …/stacking-rules/{stackingRulesId}`."""

    inputs: ClassVar = {"PUT": StackingRulesInput}

    def get(self, request: Request, project_id: str, rules_id: str) -> Response:
        settings = self.project(project_id)
        stacking_rules.must_have(settings, rules_id)
        return Response(_output(settings))

    def put(self, request: Request, project_id: str, rules_id: str) -> Response:
        self.project(project_id)
        spec = rules_spec(parse(StackingRulesInput, request.data))
        settings = stacking_rules.update(rules_id=rules_id, spec=spec, actor=actor_of(request), now=self.now)
        return Response(_output(settings))

    def delete(self, request: Request, project_id: str, rules_id: str) -> Response:
        self.project(project_id)
        stacking_rules.delete(rules_id=rules_id, actor=actor_of(request), now=self.now)
        return Response(status=204)


def _output(settings: ProjectSettings) -> dict[str, Any]:
    return stacking_rules_object(settings, known.category_rules())
