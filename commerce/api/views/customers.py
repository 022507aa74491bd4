"""Customers: one at a time."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import FETCH_PEERS, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.api.filters import CustomerFilterSet
from commerce.api.serializers.customers import (
    CustomerInput,
    CustomerPayload,
    customer_output,
    erasure_output,
    segment_output,
)
from commerce.models import Customer
from commerce.selectors import customers as selectors
from commerce.selectors import segments
from commerce.services import customers, erasures
from commerce.services.customer_specs import CustomerSpec
from core.api.fields import parse
from core.api.pagination import PagePagination
from core.api.views import ProjectAPIView, ProjectListView, actor_of


class CustomersView(ProjectListView):
    """`GET` and `POST /v1/customers`."""

    resource = "customers"
    filterset_class = CustomerFilterSet
    pagination_class = PagePagination
    data_ref = "customers"
    max_page = 99
    with_has_more = True
    output: ClassVar[Any] = staticmethod(customer_output)

    def get_queryset(self) -> QuerySet[Customer]:
        return Customer.objects.present().fetch_mode(FETCH_PEERS)

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        spec = CustomerSpec.from_payload(parse(CustomerPayload, request.data))
        customer = customers.upsert(spec=spec, actor=actor_of(request), now=self.now)
        return Response(customer_output(customer))


class CustomerView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/customers/{customerId}`."""

    resource = "customers"

    def get(self, request: Request, customer_id: str) -> Response:
        return Response(customer_output(selectors.by_reference(customer_id)))

    def put(self, request: Request, customer_id: str) -> Response:
        spec = CustomerSpec.from_payload(parse(CustomerInput, request.data))
        known = selectors.by_reference(customer_id)
        customer = customers.update(customer_id=known.pk, spec=spec, actor=actor_of(request), now=self.now)
        return Response(customer_output(customer))

    def delete(self, request: Request, customer_id: str) -> Response:
        known = selectors.by_reference(customer_id)
        customers.delete(customer_id=known.pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


class CustomerErasureView(ProjectAPIView):
    """`POST /v1/customers/{customerId}/permanent-deletion`."""

    resource = "customers"
    actions: ClassVar[dict[str, str]] = {"POST": "delete"}

    def post(self, request: Request, customer_id: str) -> Response:
        known = selectors.erasable(customer_id)
        erasure = erasures.erase(customer_id=known.pk, actor=actor_of(request), now=self.now)
        return Response(erasure_output(erasure))


class CustomerSegmentsView(ProjectAPIView):
    """`GET /v1/customers/{customerId}/segments`: for somebody unknown, those he would be in."""

    resource = "customers"

    def get(self, request: Request, customer_id: str) -> Response:
        found = segments.of_reference(customer_id, now=self.now)
        data = [segment_output(segment) for segment in found]
        return Response({"object": "list", "data_ref": "data", "data": data, "total": len(data)})
