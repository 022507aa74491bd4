from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import ClientAPIView, ProjectAPIView, actor_of
from promotions.api.serializers.decision_input import SingleVoucherInput, ValidationInput, decision_spec
from promotions.api.serializers.decisions import single_validation_output, validation_output
from promotions.redeemables import Requested
from promotions.services import validations


class ValidationsView(ProjectAPIView):
    """`POST /v1/validations`."""

    resource = "validations"
    actions = {"POST": "validate"}

    def post(self, request: Request) -> Response:
        parsed = decision_spec(ValidationInput, request.data)
        decision = validations.validate(spec=parsed.spec, actor=actor_of(request), now=self.now)
        return Response(
            validation_output(decision, expand=parsed.expand, request_id=actor_of(request).request_id)
        )


class ClientValidationsView(ClientAPIView, ValidationsView):
    """`POST /client/v1/validations`."""


class VoucherValidationView(ProjectAPIView):
    """`POST /v1/vouchers/{code}/validate`: the old form for one code."""

    resource = "validations"
    actions = {"POST": "validate"}

    def post(self, request: Request, code: str) -> Response:
        requested = (Requested(object="voucher", id=code),)
        parsed = decision_spec(SingleVoucherInput, request.data, redeemables=requested)
        decision = validations.validate(spec=parsed.spec, actor=actor_of(request), now=self.now)
        return Response(
            single_validation_output(decision, code=code, request_id=actor_of(request).request_id)
        )
