"""Publications: giving codes to customers, and what customers hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.selectors import customers as known_customers
from core import project
from core.api.fields import parse
from core.api.filter_values import boolean
from core.api.idempotency import answered
from core.api.pagination import CursorPagination
from core.api.query import read_query
from core.api.views import ClientAPIView, ProjectAPIView, ProjectListView, actor_of, body_over_query
from core.errors import Forbidden
from promotions.api.publication_filters import PublicationFilters, WalletFilters
from promotions.api.serializers.publications import (
    PublicationInput,
    holder_output,
    publication_output,
    publication_spec,
    published_output,
)
from promotions.models import Holder, Publication, Voucher
from promotions.selectors import publications as known
from promotions.selectors import vouchers as known_vouchers
from promotions.services import publications
from promotions.services.publications import Published


class IntegrationApiKeyRequired(Forbidden):
    key = "integration_api_key_required"
    message = "Integration api key required"


class PublicationsView(ProjectListView):
    """`GET` and `POST /v1/publications`."""

    resource = "vouchers"
    actions = {"POST": "publish"}
    takes_idempotency_key = True
    filterset_class = PublicationFilters
    data_ref = "publications"
    max_page = 1000
    output: ClassVar[Any] = staticmethod(publication_output)

    def get_queryset(self) -> QuerySet[Publication]:
        return known.listed(known.printable(Publication.objects.all()))

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> HttpResponse:
        return _published(request, request.data, self.now)


class VoucherPublicationsView(ProjectListView):
    """`GET /v1/vouchers/{code}/publications`: where `publish.url` of a voucher leads."""

    resource = "vouchers"
    filterset_class = PublicationFilters
    data_ref = "publications"
    max_page = 1000
    output: ClassVar[Any] = staticmethod(publication_output)

    def get_queryset(self) -> QuerySet[Publication]:
        voucher = known_vouchers.get(self.kwargs["code"])
        return known.listed(known.printable(known.of_voucher(voucher)))

    def get(self, request: Request, code: str) -> Response:
        return self.listed(request)


class PublicationCreateView(ProjectAPIView):
    """`GET /v1/publications/create`: for tools that can only call addresses, by keys that are marked so.

    A HEAD, which Django would answer by `get`, is refused: whoever only looks must not give codes away.
    """

    resource = "vouchers"
    actions = {"GET": "publish"}
    http_method_names = ("get", "options")

    def get(self, request: Request) -> HttpResponse:
        credentials: Any = request.auth
        if not credentials.key.is_integration:
            raise IntegrationApiKeyRequired(
                "Only keys that are marked as those of integrations may publish by GET. "
                "Use POST /v1/publications."
            )
        return _published(request, read_query(request), self.now)


class ClientPublishView(ClientAPIView):
    """`POST /client/v1/publish`, where the project allows it; the campaign may stand in the query."""

    resource = "vouchers"
    actions = {"POST": "publish"}
    takes_idempotency_key = True

    def post(self, request: Request) -> HttpResponse:
        if not project.current().client_publish_enabled:
            raise Forbidden("Client keys may not publish in this project.")
        return _published(request, body_over_query(request, ("campaign", "voucher")), self.now)


class CustomerRedeemablesView(ProjectListView):
    """`GET /v1/customers/{customerId}/redeemables`: the customer's wallet."""

    resource = "customers.details"
    filterset_class = WalletFilters
    pagination_class = CursorPagination
    with_total = True

    def output(self, row: Holder) -> dict[str, Any]:
        return holder_output(row, now=self.now)

    def get_queryset(self) -> QuerySet[Holder]:
        return known.wallet(known_customers.by_reference(self.kwargs["customer_id"]))

    def get(self, request: Request, customer_id: str) -> Response:
        return self.listed(request)


def _published(request: Request, body: Any, now: datetime) -> HttpResponse:
    said = boolean(read_query(request).get("join_once", "false"), "join_once")
    spec = publication_spec(parse(PublicationInput, body), join_once=said)
    return answered(
        request,
        lambda once: publications.publish(spec=spec, actor=actor_of(request), now=now, once=once),
        render=_output,
        now=now,
    )


def _output(published: Published) -> Mapping[str, Any]:
    row = known.get(published.publication.public_id)
    vouchers = published.vouchers
    alone = (
        known_vouchers.printable(Voucher.objects.filter(pk=vouchers[0].pk)).get()
        if len(vouchers) == 1
        else None
    )
    return published_output(row, alone)
