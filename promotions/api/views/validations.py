from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.idempotency import answered
from core.api.views import ClientAPIView, actor_of
from core.errors import InvalidPayload
from promotions.api.looking_up import LooksUpCodes
from promotions.api.serializers.decision_input import (
    ParsedDecision,
    SingleVoucherInput,
    ValidationInput,
    decision_spec,
)
from promotions.api.serializers.decisions import single_validation_output, validation_output
from promotions.api.serializers.explanations import explanation_output
from promotions.api.views import asking
from promotions.models import ValidationSession
from promotions.redeemables import Requested
from promotions.services import explanations, sessions, validation_tallies, validations
from promotions.services.sessions import Validated
from promotions.services.validations import Decision


class ValidationsView(LooksUpCodes):
    """`POST /v1/validations`."""

    resource = "validations"
    actions = {"POST": "validate"}
    takes_idempotency_key = True

    def post(self, request: Request) -> HttpResponse:
        parsed, actor = decision_spec(ValidationInput, request.data), actor_of(request)
        asking.check(parsed, actor, "validations")

        def printed(decision: Decision, session: ValidationSession | None = None) -> dict[str, Any]:
            if parsed.at is None:
                validation_tallies.note(decision, self.now)
            answer = validation_output(
                decision, expand=parsed.expand, request_id=actor.request_id, session=session
            )
            if parsed.explain:
                answer["explanations"] = [explanation_output(one) for one in explanations.explained(decision)]
            return answer

        if parsed.spec.session is not None:
            return held(
                request, parsed, self.now, render=lambda found: printed(found.decision, found.session)
            )
        return Response(
            printed(validations.validate(spec=parsed.spec, actor=actor, now=parsed.at or self.now))
        )


class ClientValidationsView(ClientAPIView, ValidationsView):
    """`POST /client/v1/validations`."""


class VoucherValidationView(LooksUpCodes):
    """`POST /v1/vouchers/{code}/validate`: the old form for one code."""

    resource = "validations"
    actions = {"POST": "validate"}

    takes_idempotency_key = True

    def post(self, request: Request, code: str) -> HttpResponse:
        requested = (Requested(object="voucher", id=code),)
        parsed, actor = (
            decision_spec(SingleVoucherInput, request.data, redeemables=requested),
            actor_of(request),
        )
        asking.check(parsed, actor, "validations")

        def printed(decision: Decision, session: ValidationSession | None = None) -> dict[str, Any]:
            if parsed.at is None:
                validation_tallies.note(decision, self.now)
            return single_validation_output(decision, code=code, request_id=actor.request_id, session=session)

        if parsed.spec.session is not None:
            return held(
                request, parsed, self.now, render=lambda found: printed(found.decision, found.session)
            )
        return Response(
            printed(validations.validate(spec=parsed.spec, actor=actor, now=parsed.at or self.now))
        )


class VoucherSessionView(LooksUpCodes):
    """`DELETE /v1/vouchers/{code}/sessions/{sessionKey}`."""

    resource = "validations"
    actions = {"DELETE": "validate"}

    def delete(self, request: Request, code: str, session_key: str) -> Response:
        sessions.release(code=code, session_key=session_key, actor=actor_of(request), now=self.now)
        return Response(status=204)


def held(
    request: Request, parsed: ParsedDecision, now: datetime, *, render: Callable[[Validated], dict[str, Any]]
) -> HttpResponse:
    """A validation that holds what it grants.

    :raises InvalidPayload: it is asked for another instant; what is held is held from now on.
    """
    if parsed.at is not None:
        raise InvalidPayload("Property .options.at does not go together with .session: holds begin now")
    return answered(
        request,
        lambda once: sessions.validate(spec=parsed.spec, actor=actor_of(request), now=now, once=once),
        render=render,
        now=now,
    )
