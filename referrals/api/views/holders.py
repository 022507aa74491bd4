"""Who was recommended by a code. Contract: referrals 15.2, `openapi/referrals`."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.api.serializers.customers import customer_spec
from core.api.fields import parse
from core.api.filters import DateTime, Text, WireFilterSet
from core.api.idempotency import answered
from core.api.pagination import CursorPagination
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from core.errors import MissingPermission
from promotions.models import Holder
from referrals.api.serializers.holders import HoldersInput, holder_output, holders_output
from referrals.selectors import codes
from referrals.services import holders


class HolderFilters(WireFilterSet):
    FILTER_FIELDS = {
        "id": Text("public_id"),
        "created_at": DateTime("created_at"),
        "holder_role": Text("role"),
        "customer_id": Text("customer__public_id"),
    }
    DATE_FIELDS = {"created_at": "created_at"}
    ORDER_FIELDS = {}

    class Meta:
        model = Holder
        fields: tuple[str, ...] = ()


class HoldersView(ProjectListView):
    """`GET` and `POST /v1/referrals/members/{memberId}/holders`, with or without the programme.

    Adding needs two rights: to change customers, and to give codes out.
    """

    resource = "customers"
    actions = {"GET": "details.read", "POST": "modify"}
    takes_idempotency_key = True
    filterset_class = HolderFilters
    pagination_class = CursorPagination
    with_total = True
    output: ClassVar[Any] = staticmethod(holder_output)

    def get_queryset(self) -> QuerySet[Holder]:
        return codes.holders(codes.get(self.kwargs["member_id"], campaign=self.kwargs.get("campaign_id", "")))

    def get(self, request: Request, member_id: str, campaign_id: str = "") -> Response:
        return self.listed(request)

    def post(self, request: Request, member_id: str, campaign_id: str = "") -> HttpResponse:
        _need(request, "vouchers.publish")
        voucher = codes.get(member_id, campaign=campaign_id)
        given = parse(HoldersInput, request.data)
        return answered(
            request,
            lambda once: holders.add(
                voucher=voucher,
                people=[customer_spec(one) for one in given["holders"]],
                metadata=given.get("metadata") or {},
                actor=actor_of(request),
                now=self.now,
                once=once,
            ),
            render=holders_output,
            now=self.now,
        )


class HolderView(ProjectAPIView):
    """`DELETE /v1/referrals/members/{memberId}/holders/{holderId}`, with or without the programme."""

    resource = "customers"
    actions = {"DELETE": "modify"}

    def delete(self, request: Request, member_id: str, holder_id: str, campaign_id: str = "") -> Response:
        _need(request, "vouchers.publish")
        voucher = codes.get(member_id, campaign=campaign_id)
        holders.remove(holder=codes.holder(voucher, holder_id), actor=actor_of(request), now=self.now)
        return Response(status=204)


def _need(request: Request, permission: str) -> None:
    """:raises MissingPermission: the key has only the first of two rights."""
    credentials: Any = request.auth
    allows = getattr(credentials, "allows", credentials.actor.gets_to)
    if not allows(permission):
        raise MissingPermission(f"The key lacks the permission {permission}.")
