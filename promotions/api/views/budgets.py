from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.query import read_query
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from promotions.api.budget_filters import BudgetCounterFilters, BudgetFilters
from promotions.api.serializers.budgets import (
    BudgetChangeInput,
    BudgetInput,
    budget_output,
    budget_spec,
    counter_output,
)
from promotions.selectors import budget_customers
from promotions.selectors import budgets as known
from promotions.services import budgets


class BudgetsView(ProjectListView):
    """`GET` and `POST /v1/budgets`: what may be spent, by one campaign or by several that share it."""

    resource = "budgets"
    inputs = {"POST": BudgetInput}
    filterset_class = BudgetFilters
    output = staticmethod(budget_output)

    def get_queryset(self):  # type: ignore[no-untyped-def]
        return known.printable(known.present())

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        spec = budget_spec(parse(BudgetInput, request.data))
        return Response(budget_output(budgets.create(spec=spec, actor=actor_of(request), now=self.now)))


class BudgetView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/budgets/{budgetId}`."""

    resource = "budgets"
    inputs = {"PUT": BudgetChangeInput}
    takes_effective_at = True

    def get(self, request: Request, budget_id: str) -> Response:
        return Response(budget_output(known.get(budget_id)))

    def put(self, request: Request, budget_id: str) -> Response:
        spec = budget_spec(parse(BudgetChangeInput, request.data))
        budget = budgets.update(
            budget_id=known.get(budget_id).pk, spec=spec, actor=actor_of(request), now=self.now
        )
        return Response(budget_output(budget))

    def delete(self, request: Request, budget_id: str) -> Response:
        budgets.delete(budget_id=known.get(budget_id).pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


class BudgetCountersView(ProjectListView):
    """`GET /v1/budgets/{budgetId}/counters`: used, held and left, for each subject and period.

    `subject` asks for one channel, store or customer, by what `subject.id` of the answer says.
    """

    resource = "budgets"
    filterset_class = BudgetCounterFilters

    def get_queryset(self):  # type: ignore[no-untyped-def]
        return known.counters_by_period(known.get(self.kwargs["budget_id"]))

    def get(self, request: Request, budget_id: str) -> Response:
        budget = known.get(budget_id)
        rows = self.filter_queryset(known.counters_by_period(budget))
        if "subject" in (query := read_query(request)):
            rows = rows.filter(subject__in=budget_customers.subjects(budget, str(query["subject"])))
        page = self.paginate_queryset(rows) or []
        customer_ids = budget_customers.wire_ids(page)
        return self.get_paginated_response([counter_output(row, budget, customer_ids) for row in page])
