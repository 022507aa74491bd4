"""The balance and the ledger of cards (contract: semantics-core 5.12, 13). Points answer for themselves."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.filters import Text, WireFilterSet
from core.api.idempotency import answered
from core.api.pagination import CursorPagination
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from core.errors import Forbidden
from integrations.api.serializers.exports import ParametersInput
from integrations.api.views.exports import scheduled
from promotions.api import card_views
from promotions.api.serializers.gifts import BalanceInput, balance_output, transaction_output
from promotions.models import Campaign, CardTransaction
from promotions.selectors import campaigns as known_campaigns
from promotions.selectors import transactions
from promotions.selectors import vouchers as known
from promotions.services import ledger

EXPORTED = "voucher_transactions"


class BalanceView(ProjectAPIView):
    """`POST /v1/vouchers/{code}/balance`: add credits, or remove them with a minus."""

    resource = "vouchers"
    actions = {"POST": "modify"}
    takes_idempotency_key = True

    def post(self, request: Request, code: str) -> HttpResponseBase:
        card = known.find(code)
        if card is not None and card_views.is_of_points(card):
            return card_views.answer("balance", self, request, member_id=code)
        given = parse(BalanceInput, request.data)
        return answered(
            request,
            lambda once: ledger.adjust(
                code=code,
                amount=given["amount"],
                source_id=given.get("source_id") or "",
                reason=given.get("reason") or "",
                actor=actor_of(request),
                now=self.now,
                once=once,
            ),
            render=balance_output,
            now=self.now,
        )


class _TransactionFilters(WireFilterSet):
    FILTER_FIELDS: ClassVar = {"id": Text("public_id"), "voucher_id": Text("voucher__public_id")}
    DATE_FIELDS: ClassVar = {"created_at": "created_at"}
    ORDER_FIELDS: ClassVar = {}


class _TransactionsView(ProjectListView):
    filterset_class = _TransactionFilters
    pagination_class = CursorPagination
    output: ClassVar[Any] = staticmethod(transaction_output)

    def get(self, request: Request, **_: str) -> HttpResponseBase:
        return self.listed(request)


class VoucherTransactionsView(_TransactionsView):
    """`GET /v1/vouchers/{code}/transactions`; empty for codes that are no cards."""

    resource = "vouchers"

    def get(self, request: Request, code: str) -> HttpResponseBase:  # type: ignore[override]
        if card_views.is_of_points(known.get(code)):
            return card_views.answer("transactions", self, request, member_id=code)
        return self.listed(request)

    def get_queryset(self) -> QuerySet[CardTransaction]:
        card = known.get(self.kwargs["code"])
        return transactions.printable(CardTransaction.objects.filter(voucher=card))


class CampaignTransactionsView(_TransactionsView):
    """`GET /v1/campaigns/{campaignId}/transactions`: of all cards of the campaign."""

    resource = "campaigns"

    def get(self, request: Request, campaign_id: str) -> HttpResponseBase:  # type: ignore[override]
        if card_views.is_of_points(known_campaigns.get(campaign_id)):
            return card_views.answer("programme_transactions", self, request, campaign_id=campaign_id)
        return self.listed(request)

    def get_queryset(self) -> QuerySet[CardTransaction]:
        campaign = _with_cards(self.kwargs["campaign_id"])
        return transactions.printable(CardTransaction.objects.filter(voucher__campaign=campaign))


class VoucherTransactionsExportView(ProjectAPIView):
    """`POST /v1/vouchers/{code}/transactions/export`."""

    resource = "vouchers"
    actions = {"POST": "export"}

    def post(self, request: Request, code: str) -> HttpResponseBase:
        if card_views.is_of_points(known.get(code)):
            return card_views.answer("export", self, request, member_id=code)
        return _exported(self, request, "voucher_id", known.get(code).public_id)


class CampaignTransactionsExportView(ProjectAPIView):
    """`POST /v1/campaigns/{campaignId}/transactions/export`."""

    resource = "campaigns"
    actions = {"POST": "export"}

    def post(self, request: Request, campaign_id: str) -> HttpResponseBase:
        if card_views.is_of_points(known_campaigns.get(campaign_id)):
            return card_views.answer("programme_export", self, request, campaign_id=campaign_id)
        return _exported(self, request, "campaign_id", _with_cards(campaign_id).public_id)


def _exported(view: ProjectAPIView, request: Request, scope: str, public_id: str) -> Response:
    """The address counts, whatever filters say; official clients want to read it among the filters."""
    given = parse(ParametersInput, request.data)
    answer = scheduled(view, request, EXPORTED, given.get("parameters"), {scope: public_id})
    parameters = answer.data["parameters"]
    filters = {**(parameters.get("filters") or {}), scope: {"conditions": {"$in": [public_id]}}}
    answer.data["parameters"] = {**parameters, "filters": filters}
    return answer


def _with_cards(reference: str) -> Campaign:
    """:raises Forbidden: the campaign's codes are no cards (contract: loyalties 13)."""
    campaign = known_campaigns.get(reference)
    if campaign.campaign_type != Campaign.CampaignType.GIFT_VOUCHERS:
        raise Forbidden("Transactions are allowed only for loyalty or gift campaigns")
    return campaign
