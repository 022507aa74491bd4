"""Orders."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.api.filters import OrderFilterSet
from commerce.api.serializers.orders import OrderInput, order_output, order_rows, order_spec
from commerce.jobs import Job
from commerce.models import Order
from commerce.selectors import orders as selectors
from commerce.services import orders
from core.api.fields import parse
from core.api.idempotency import answered
from core.api.pagination import PagePagination
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from integrations.api.serializers.async_actions import accepted_output
from integrations.services import async_actions


def _listed_output(order: Order) -> dict[str, Any]:
    return order_output(order, order.items.all())


class OrdersView(ProjectListView):
    """`GET` and `POST /v1/orders`."""

    resource = "orders"
    takes_idempotency_key = True
    filterset_class = OrderFilterSet
    pagination_class = PagePagination
    data_ref = "orders"
    output: ClassVar[Any] = staticmethod(_listed_output)

    def get_queryset(self) -> QuerySet[Order]:
        return selectors.with_lines(Order.objects.all())

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> HttpResponse:
        spec = order_spec(parse(OrderInput, request.data))
        return answered(
            request,
            lambda once: orders.upsert(spec=spec, actor=actor_of(request), now=self.now, once=once),
            render=lambda order: order_output(order, selectors.lines_of(order)),
            now=self.now,
        )


class OrderView(ProjectAPIView):
    """`GET` and `PUT /v1/orders/{orderId}`."""

    resource = "orders"

    def get(self, request: Request, order_id: str) -> Response:
        order = selectors.by_reference(order_id)
        return Response(order_output(order, selectors.lines_of(order)))

    def put(self, request: Request, order_id: str) -> Response:
        spec = order_spec(parse(OrderInput, request.data))
        known = selectors.by_reference(order_id)
        order = orders.update(order_id=known.pk, spec=spec, actor=actor_of(request), now=self.now)
        return Response(order_output(order, selectors.lines_of(order)))


class OrdersImportView(ProjectAPIView):
    """`POST /v1/orders/import`."""

    resource = "orders"

    def post(self, request: Request) -> Response:
        body, count = order_rows(request.data)
        action = async_actions.create(
            type=Job.ORDERS_IMPORT, body=body, rows_count=count, actor=actor_of(request), now=self.now
        )
        return Response(accepted_output(action))
