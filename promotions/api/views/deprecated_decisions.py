"""Old requests that the contract still serves; each is a thin twin of a newer one."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from core import project
from core.api.views import ClientAPIView, ProjectAPIView, actor_of, body_over_query
from core.errors import Forbidden
from promotions.api.looking_up import LooksUpCodes
from promotions.api.serializers.decision_input import SingleVoucherInput, decision_spec
from promotions.api.serializers.decisions import single_validation_output
from promotions.api.serializers.deprecated_decisions import (
    query_decision,
    requested_code,
    tier_validation_output,
)
from promotions.api.views.redemptions import redeemed_alone
from promotions.redeemables import Requested
from promotions.services import validation_tallies, validations


class TierValidationView(ProjectAPIView):
    """`POST /v1/promotions/tiers/{tierId}/validation`."""

    resource = "validations"
    actions = {"POST": "validate"}

    def post(self, request: Request, tier_id: str) -> Response:
        requested = (Requested(object="promotion_tier", id=tier_id),)
        parsed = decision_spec(SingleVoucherInput, request.data, redeemables=requested)
        actor = actor_of(request)
        decision = validations.validate(spec=parsed.spec, actor=actor, now=self.now)
        validation_tallies.note(decision, self.now)
        return Response(tier_validation_output(decision, tier_id=tier_id, request_id=actor.request_id))


class ClientVoucherValidationView(ClientAPIView, LooksUpCodes):
    """`GET /client/v1/validate`: one code; everything stands in the query."""

    resource = "validations"
    actions = {"GET": "validate", "HEAD": "validate"}

    def get(self, request: Request) -> Response:
        parsed, actor = query_decision(request), actor_of(request)
        decision = validations.validate(spec=parsed.spec, actor=actor, now=self.now)
        validation_tallies.note(decision, self.now)
        code = parsed.spec.redeemables[0].id
        return Response(single_validation_output(decision, code=code, request_id=actor.request_id))


class ClientVoucherRedemptionView(ClientAPIView, LooksUpCodes):
    """`POST /client/v1/redeem`: one code, where the project allows it."""

    resource = "redemptions"
    actions = {"POST": "redeem"}
    takes_idempotency_key = True

    def post(self, request: Request) -> HttpResponse:
        if not project.current().client_redeem_enabled:
            raise Forbidden("Client keys may not redeem in this project.")
        body = body_over_query(request, ("tracking_id",))
        parsed = decision_spec(SingleVoucherInput, body, redeemables=(requested_code(request),))
        return redeemed_alone(request, parsed.spec, self.now)
