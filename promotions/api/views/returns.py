"""Parts of orders that come back. Goes beyond the contract."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.selectors import orders
from core.api.fields import parse
from core.api.idempotency import answered
from core.api.views import ProjectListView, actor_of
from promotions.api.serializers.returns import (
    ReturnInput,
    quoted_output,
    return_output,
    return_spec,
)
from promotions.selectors import returns as known
from promotions.services import returns


class OrderReturnsView(ProjectListView):
    """`GET` and `POST /v1/orders/{orderId}/returns`. With `dry_run` it only says what would be paid back."""

    resource = "redemptions"
    data_ref = "returns"
    actions = {"POST": "rollback"}
    takes_idempotency_key = True

    def get(self, request: Request, order_id: str) -> Response:
        order = orders.by_reference(order_id)
        lines = orders.lines_of(order)
        page = self.paginate_queryset(known.of_order(order))
        return self.get_paginated_response([return_output(row, lines) for row in page or []])

    def post(self, request: Request, order_id: str) -> HttpResponse:
        given = parse(ReturnInput, request.data)
        spec = return_spec(given)
        if given.get("dry_run"):
            return Response(quoted_output(returns.quote_only(order_ref=order_id, spec=spec)))
        return answered(
            request,
            lambda once: returns.create(
                order_ref=order_id, spec=spec, actor=actor_of(request), now=self.now, once=once
            ),
            render=lambda row: return_output(row, orders.lines_of(row.order)),
            now=self.now,
        )
