from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core import project
from core.api.fields import parse
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from engine.summary import Names
from promotions.api.catalogue_requests import is_forced
from promotions.api.rule_filters import AssignmentFilters, RuleAssignmentFilters, ValidationRuleFilters
from promotions.api.serializers.rules import assignment_output
from promotions.api.serializers.validation_rules import (
    AssignmentInput,
    ValidationRuleChangeInput,
    ValidationRuleInput,
    rule_columns,
    rule_output,
    summary_output,
)
from promotions.models import ValidationRule
from promotions.selectors import readable, rule_targets
from promotions.selectors import validation_rules as known
from promotions.services import rule_assignments, validation_rules


class ValidationRulesView(ProjectListView):
    """`GET` and `POST /v1/validation-rules`."""

    resource = "validation_rules"
    filterset_class = ValidationRuleFilters
    output = staticmethod(rule_output)

    def get_queryset(self) -> Any:
        return known.counted(ValidationRule.objects.all())

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        columns = rule_columns(parse(ValidationRuleInput, request.data))
        return Response(
            rule_output(validation_rules.create(values=columns, actor=actor_of(request), now=self.now))
        )


class ValidationRuleView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/validation-rules/{validationRuleId}`."""

    resource = "validation_rules"
    takes_effective_at = True

    def get(self, request: Request, validation_rule_id: str) -> Response:
        return Response(rule_output(known.get(validation_rule_id)))

    def put(self, request: Request, validation_rule_id: str) -> Response:
        rule = validation_rules.update(
            rule_id=known.get(validation_rule_id).pk,
            values=rule_columns(parse(ValidationRuleChangeInput, request.data)),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(rule_output(rule))

    def delete(self, request: Request, validation_rule_id: str) -> Response:
        pk = known.get(validation_rule_id).pk
        validation_rules.delete(rule_id=pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


class ValidationRuleSummaryView(ProjectAPIView):
    """`GET /v1/validation-rules/{validationRuleId}/summary`, ours: the rule in plain words."""

    resource = "validation_rules"

    def get(self, request: Request, validation_rule_id: str) -> Response:
        rule = known.get(validation_rule_id)
        tree = known.tree_of(rule)
        names = Names(known=readable.names_in(tree), currency=project.current().currency)
        return Response(summary_output(rule, tree, names))


class RuleAssignmentsView(ProjectListView):
    """`GET` and `POST /v1/validation-rules/{validationRuleId}/assignments`.

    The list of an unknown rule is empty.
    """

    resource = "validation_rules"
    filterset_class = RuleAssignmentFilters
    output = staticmethod(assignment_output)

    def get_queryset(self) -> Any:
        rows = known.printable_assignments(known.present_assignments())
        return rows.filter(rule__public_id=self.kwargs["validation_rule_id"])

    def get(self, request: Request, validation_rule_id: str) -> Response:
        return self.listed(request)

    def post(self, request: Request, validation_rule_id: str) -> Response:
        given = parse(AssignmentInput, request.data)
        made = rule_assignments.create(
            rule=known.get(validation_rule_id),
            related=rule_targets.get(given["related_object_type"], given["related_object_id"]),
            force=is_forced(request),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(assignment_output(made))


class RuleAssignmentView(ProjectAPIView):
    """`DELETE /v1/validation-rules/{validationRuleId}/assignments/{assignmentId}`."""

    resource = "validation_rules"

    def delete(self, request: Request, validation_rule_id: str, assignment_id: str) -> Response:
        pk = known.assignment(validation_rule_id, assignment_id).pk
        rule_assignments.delete(assignment_id=pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


class AssignmentsView(ProjectListView):
    """`GET /v1/validation-rules-assignments`."""

    resource = "validation_rules"
    filterset_class = AssignmentFilters
    output = staticmethod(assignment_output)

    def get_queryset(self) -> Any:
        return known.printable_assignments(known.present_assignments())

    def get(self, request: Request) -> Response:
        return self.listed(request)
