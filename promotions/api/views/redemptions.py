from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from core import project
from core.api.fields import parse
from core.api.filter_values import boolean
from core.api.idempotency import answered
from core.api.query import read_query
from core.api.views import ClientAPIView, ProjectAPIView, ProjectListView, actor_of, body_over_query
from core.errors import Forbidden
from promotions.api.looking_up import LooksUpCodes
from promotions.api.redemption_filters import RedemptionFilters
from promotions.api.serializers.decision_input import (
    RedemptionInput,
    SingleVoucherInput,
    decision_spec,
)
from promotions.api.serializers.redemptions import (
    RollbackInput,
    redeemed_output,
    redemption_detail_output,
    redemption_output,
    rollback_output,
    rollbacks_output,
    voucher_redemptions_output,
)
from promotions.api.views import asking
from promotions.models import Redemption
from promotions.redeemables import Requested
from promotions.selectors import redemptions as known
from promotions.selectors import vouchers as known_vouchers
from promotions.services import redemptions, rollbacks
from promotions.services.validations import DecisionSpec


class RedemptionsView(LooksUpCodes, ProjectListView):
    """`GET` and `POST /v1/redemptions`."""

    resource = "redemptions"
    actions = {"POST": "redeem"}
    takes_idempotency_key = True
    filterset_class = RedemptionFilters
    data_ref = "redemptions"
    max_page = 99
    output = staticmethod(redemption_output)

    def get_queryset(self):  # type: ignore[no-untyped-def]
        return known.with_targets(Redemption.objects.all())

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> HttpResponse:
        return _redeemed(request, self.now)


class ClientRedemptionsView(ClientAPIView, LooksUpCodes):
    """`POST /client/v1/redemptions`, where the project allows it."""

    resource = "redemptions"
    actions = {"POST": "redeem"}
    takes_idempotency_key = True

    def post(self, request: Request) -> HttpResponse:
        if not project.current().client_redeem_enabled:
            raise Forbidden("Client keys may not redeem in this project.")
        return _redeemed(request, self.now)


class RedemptionView(ProjectAPIView):
    """`GET /v1/redemptions/{redemptionId}`."""

    resource = "redemptions"

    def get(self, request: Request, redemption_id: str) -> Response:
        return Response(redemption_detail_output(known.get(redemption_id)))


class VoucherRedemptionView(LooksUpCodes):
    """`/v1/vouchers/{code}/redemption`: the uses of one code, and the old form of using it."""

    resource = "redemptions"
    actions = {"POST": "redeem"}
    takes_idempotency_key = True

    def get(self, request: Request, code: str) -> Response:
        voucher = known_vouchers.get(code)
        return Response(voucher_redemptions_output(voucher, known.of_voucher(voucher)))

    def post(self, request: Request, code: str) -> HttpResponse:
        requested = (Requested(object="voucher", id=code),)
        parsed = decision_spec(
            SingleVoucherInput, body_over_query(request, ("tracking_id",)), redeemables=requested
        )
        return redeemed_alone(request, parsed.spec, self.now)


class TierRedemptionView(ProjectAPIView):
    """`POST /v1/promotions/tiers/{promotionTierId}/redemption`: the old form of using one tier."""

    resource = "redemptions"
    actions = {"POST": "redeem"}
    takes_idempotency_key = True

    def post(self, request: Request, tier_id: str) -> HttpResponse:
        requested = (Requested(object="promotion_tier", id=tier_id),)
        parsed = decision_spec(SingleVoucherInput, request.data, redeemables=requested)
        return redeemed_alone(request, parsed.spec, self.now)


class RollbackView(ProjectAPIView):
    """`POST /v1/redemptions/{redemptionId}/rollback`: one redemption that was used alone."""

    resource = "redemptions"
    actions = {"POST": "rollback"}
    takes_idempotency_key = True

    def post(self, request: Request, redemption_id: str) -> HttpResponse:
        spec = _rollback_spec(request)
        return answered(
            request,
            lambda once: rollbacks.roll_back(
                redemption_id=redemption_id, spec=spec, actor=actor_of(request), now=self.now, once=once
            ),
            render=lambda result: rollback_output(result.rollbacks[0]),
            now=self.now,
        )


class RollbacksView(ProjectAPIView):
    """`POST /v1/redemptions/{parentRedemptionId}/rollbacks`: everything that was used together."""

    resource = "redemptions"
    actions = {"POST": "rollback"}
    takes_idempotency_key = True

    def post(self, request: Request, redemption_id: str) -> HttpResponse:
        spec = _rollback_spec(request)
        return answered(
            request,
            lambda once: rollbacks.roll_back(
                redemption_id=redemption_id,
                spec=spec,
                actor=actor_of(request),
                now=self.now,
                stacked=True,
                once=once,
            ),
            render=rollbacks_output,
            now=self.now,
        )


def _redeemed(request: Request, now: datetime) -> HttpResponse:
    parsed = decision_spec(RedemptionInput, request.data)
    asking.refuse(parsed)
    actor = actor_of(request)
    return answered(
        request,
        lambda once: redemptions.redeem(spec=parsed.spec, actor=actor, now=now, once=once),
        render=lambda redeemed: redeemed_output(redeemed, expand=parsed.expand, request_id=actor.request_id),
        now=now,
    )


def redeemed_alone(request: Request, spec: DecisionSpec, now: datetime) -> HttpResponse:
    """Use one redeemable and answer with its redemption."""
    return answered(
        request,
        lambda once: redemptions.redeem(spec=spec, actor=actor_of(request), now=now, once=once),
        render=lambda redeemed: redemption_output(redeemed.redemptions[0]),
        now=now,
    )


def _rollback_spec(request: Request) -> rollbacks.RollbackSpec:
    """The reason and tracking id come in the body or in the query (contract: semantics-core 9)."""
    given = parse(RollbackInput, body_over_query(request, ("reason", "tracking_id")))
    return rollbacks.RollbackSpec(
        reason=given.get("reason") or "",
        tracking_id=given.get("tracking_id") or "",
        metadata=given.get("metadata") or {},
        is_forced=bool(given.get("force")) or boolean(read_query(request).get("force", "false"), "force"),
    )
