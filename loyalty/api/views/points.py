"""Points of members: balances, transfers, the ledger, what waits and what expires. Contract: loyalty 3-9."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from django.http import HttpResponseBase
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.filters import Text, WireFilterSet
from core.api.idempotency import answered
from core.api.pagination import CursorPagination
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from core.errors import NotFound
from integrations.api.serializers.exports import ParametersInput
from integrations.api.views.exports import scheduled
from loyalty.api.serializers.balances import BalanceInput, PendingBalanceInput, donations
from loyalty.api.serializers.pending_points import (
    bucket_output,
    pending_balance_output,
    pending_points_output,
)
from loyalty.api.serializers.transactions import balance_output, line_output
from loyalty.api.serializers.transfers import receiver_output
from loyalty.models import PendingPoints, PointsLot, PointsTransaction
from loyalty.selectors import members, programmes, transactions
from loyalty.services import balances, pending, transfers
from promotions.models import Voucher

LEDGER, EXPIRATION = "points_transactions", "points_expiration"
"""Names of the exported objects."""
LEDGER_ON_THE_WIRE: Final = "voucher_transactions"
"""What the contract calls an export of the ledger, as of gift cards."""


class _OfMember(ProjectAPIView):
    """With the programme in the path, the card has to be one of it."""

    resource = "loyalties"

    def member(self, member_id: str, campaign_id: str | None = None) -> Voucher:
        campaign = None if campaign_id is None else programmes.get(campaign_id)
        return members.get(member_id, campaign=campaign)


class BalanceView(_OfMember):
    """`POST …/members/{memberId}/balance`: points by hand."""

    actions = {"POST": "modify"}
    takes_idempotency_key = True

    def post(self, request: Request, member_id: str, campaign_id: str | None = None) -> HttpResponseBase:
        given = parse(BalanceInput, self.body(request))
        card = self.member(member_id, campaign_id)
        return answered(
            request,
            lambda once: balances.adjust(
                card_id=card.pk,
                points=given["points"],
                reason=given.get("reason") or "",
                source_id=given.get("source_id") or "",
                expiration_type=given.get("expiration_type"),
                expires_on=given.get("expiration_date"),
                actor=actor_of(request),
                now=self.now,
                once=once,
            ),
            render=self.output,
            now=self.now,
        )

    def body(self, request: Request) -> Any:
        return request.data

    def output(self, line: PointsTransaction) -> dict[str, Any]:
        return _balance_after(line)


class VoucherBalanceView(BalanceView):
    """`POST /v1/vouchers/{code}/balance` of a card, where points are called amount."""

    def body(self, request: Request) -> Any:
        given = request.data
        if not isinstance(given, Mapping) or "amount" not in given:
            return given
        return {"points": given["amount"], **{name: given[name] for name in given if name != "amount"}}

    def output(self, line: PointsTransaction) -> dict[str, Any]:
        return {"amount": line.amount, **_balance_after(line)}


class TransfersView(_OfMember):
    """`POST …/members/{memberId}/transfers`: points of other cards to this one."""

    actions = {"POST": "modify"}
    takes_idempotency_key = True

    def post(self, request: Request, campaign_id: str, member_id: str) -> HttpResponseBase:
        given = donations(request.data)
        card = self.member(member_id, campaign_id)
        return answered(
            request,
            lambda once: transfers.transfer(
                to=card.public_id, donations=given, actor=actor_of(request), now=self.now, once=once
            ),
            render=receiver_output,
            now=self.now,
        )


class _TransactionFilters(WireFilterSet):
    FILTER_FIELDS: ClassVar = {"id": Text("public_id"), "voucher_id": Text("voucher__public_id")}
    DATE_FIELDS: ClassVar = {"created_at": "created_at"}
    ORDER_FIELDS: ClassVar = {}


class _TransactionsView(ProjectListView, _OfMember):
    filterset_class = _TransactionFilters
    pagination_class = CursorPagination
    ordered_by_key = True

    def _page(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([line_output(one) for one in transactions.printable(page or [])])

    def get(self, request: Request, **_: str) -> Response:
        return self.listed(request)


class ProgrammeTransactionsView(_TransactionsView):
    """`GET /v1/loyalties/{campaignId}/transactions`."""

    def get_queryset(self) -> QuerySet[PointsTransaction]:
        campaign = programmes.get(self.kwargs["campaign_id"])
        return transactions.with_totals(PointsTransaction.objects.filter(campaign=campaign))


class MemberTransactionsView(_TransactionsView):
    """`GET …/members/{memberId}/transactions`."""

    def get_queryset(self) -> QuerySet[PointsTransaction]:
        card = self.member(**self.kwargs)
        return transactions.with_totals(PointsTransaction.objects.filter(card=card.pk))


class _ExportView(_OfMember):
    actions = {"POST": "export"}
    exported: ClassVar[str]
    shown: ClassVar[str]

    def exporting(self, request: Request, scope: str, public_id: str) -> Response:
        """The address counts, whatever filters say; official clients read it among the filters."""
        given = parse(ParametersInput, request.data)
        answer = scheduled(self, request, self.exported, given.get("parameters"), {scope: public_id})
        parameters = answer.data["parameters"]
        filters = {**(parameters.get("filters") or {}), scope: {"conditions": {"$in": [public_id]}}}
        answer.data["parameters"] = {**parameters, "filters": filters}
        answer.data["exported_object"] = self.shown
        return answer


class ProgrammeTransactionsExportView(_ExportView):
    """`POST /v1/loyalties/{campaignId}/transactions/export`."""

    exported, shown = LEDGER, LEDGER_ON_THE_WIRE

    def post(self, request: Request, campaign_id: str) -> Response:
        return self.exporting(request, "campaign_id", programmes.get(campaign_id).public_id)


class MemberTransactionsExportView(_ExportView):
    """`POST …/members/{memberId}/transactions/export`."""

    exported, shown = LEDGER, LEDGER_ON_THE_WIRE

    def post(self, request: Request, member_id: str, campaign_id: str | None = None) -> Response:
        return self.exporting(request, "voucher_id", self.member(member_id, campaign_id).public_id)


class ExpirationExportView(_ExportView):
    """`POST /v1/loyalties/{campaignId}/points-expiration/export`."""

    exported = shown = EXPIRATION

    def post(self, request: Request, campaign_id: str) -> Response:
        return self.exporting(request, "campaign_id", programmes.get(campaign_id).public_id)


class _NoFilters(WireFilterSet):
    DATE_FIELDS: ClassVar = {}
    ORDER_FIELDS: ClassVar = {}
    ID_FIELD = ""


class ExpirationView(ProjectListView, _OfMember):
    """`GET …/members/{memberId}/points-expiration`: what did not expire, soonest first."""

    filterset_class = _NoFilters
    output: ClassVar[Any] = staticmethod(bucket_output)

    def get_queryset(self) -> QuerySet[PointsLot]:
        card = self.member(**self.kwargs)
        rows = PointsLot.objects.filter(card=card.pk, expired=0)
        return rows.select_related("card__voucher", "campaign").order_by("expires_on", "pk")

    def get(self, request: Request, **_: str) -> Response:
        return self.listed(request)


class _PendingListView(ProjectListView, _OfMember):
    filterset_class = _NoFilters
    pagination_class = CursorPagination
    ordered_by_key = True
    output: ClassVar[Any] = staticmethod(pending_points_output)

    def get(self, request: Request, **_: str) -> Response:
        return self.listed(request)


def _waiting(**which: Any) -> QuerySet[PendingPoints]:
    related = ("card__voucher__holder", "campaign", "order", "earning__rule")
    rows = PendingPoints.objects.filter(state=PendingPoints.State.PENDING, **which)
    return rows.select_related(*related)


class ProgrammePendingView(_PendingListView):
    """`GET /v1/loyalties/{campaignId}/pending-points`."""

    def get_queryset(self) -> QuerySet[PendingPoints]:
        return _waiting(campaign=programmes.get(self.kwargs["campaign_id"]))


class MemberPendingView(_PendingListView):
    """`GET …/members/{memberId}/pending-points`."""

    def get_queryset(self) -> QuerySet[PendingPoints]:
        return _waiting(card=self.member(**self.kwargs).pk)


class _OnePendingView(_OfMember):
    actions = {"POST": "modify"}

    def pending_id(self, member_id: str, pending_points_id: str) -> int:
        """:raises NotFound: the member has no such entry."""
        card = self.member(member_id)
        rows = PendingPoints.objects.filter(card=card.pk, public_id=pending_points_id)
        found = rows.values_list("pk", flat=True).first()
        if found is None:
            raise NotFound.of("pending_points", pending_points_id)
        return found


class ActivateView(_OnePendingView):
    """`POST …/pending-points/{pendingPointsId}/activate`."""

    def post(self, request: Request, member_id: str, pending_points_id: str) -> Response:
        line = pending.activate(
            pending_id=self.pending_id(member_id, pending_points_id), actor=actor_of(request), now=self.now
        )
        return Response(_balance_after(line))


class CancelView(_OnePendingView):
    """`POST …/pending-points/{pendingPointsId}/cancel`."""

    def post(self, request: Request, member_id: str, pending_points_id: str) -> Response:
        pending.cancel(
            pending_id=self.pending_id(member_id, pending_points_id), actor=actor_of(request), now=self.now
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class PendingBalanceView(_OnePendingView):
    """`POST …/pending-points/{pendingPointsId}/balance`."""

    def post(self, request: Request, member_id: str, pending_points_id: str) -> Response:
        points = parse(PendingBalanceInput, request.data)["points"]
        row = pending.adjust(
            pending_id=self.pending_id(member_id, pending_points_id),
            points=points,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(pending_balance_output(row, points))


def _balance_after(line: PointsTransaction) -> dict[str, Any]:
    return balance_output(transactions.one(line.pk))
