from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import ClientAPIView, ProjectAPIView, actor_of
from promotions.api.serializers.decision_input import SingleVoucherInput, ValidationInput, decision_spec
from promotions.api.serializers.decisions import single_validation_output, validation_output
from promotions.api.serializers.explanations import explanation_output
from promotions.api.views import asking
from promotions.redeemables import Requested
from promotions.services import explanations, validations


class ValidationsView(ProjectAPIView):
    """`POST /v1/validations`."""

    resource = "validations"
    actions = {"POST": "validate"}

    def post(self, request: Request) -> Response:
        parsed, actor = decision_spec(ValidationInput, request.data), actor_of(request)
        asking.check(parsed, actor, "validations")
        decision = validations.validate(spec=parsed.spec, actor=actor, now=parsed.at or self.now)
        answer = validation_output(decision, expand=parsed.expand, request_id=actor.request_id)
        if parsed.explain:
            answer["explanations"] = [explanation_output(one) for one in explanations.explained(decision)]
        return Response(answer)


class ClientValidationsView(ClientAPIView, ValidationsView):
    """`POST /client/v1/validations`."""


class VoucherValidationView(ProjectAPIView):
    """`POST /v1/vouchers/{code}/validate`: the old form for one code."""

    resource = "validations"
    actions = {"POST": "validate"}

    def post(self, request: Request, code: str) -> Response:
        requested = (Requested(object="voucher", id=code),)
        parsed = decision_spec(SingleVoucherInput, request.data, redeemables=requested)
        asking.check(parsed, actor_of(request), "validations")
        decision = validations.validate(spec=parsed.spec, actor=actor_of(request), now=parsed.at or self.now)
        return Response(
            single_validation_output(decision, code=code, request_id=actor_of(request).request_id)
        )
