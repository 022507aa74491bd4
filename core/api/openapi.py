"""How the views of the house are described in the OpenAPI document.

A view that takes a body says so with `inputs = {"POST": XInput}`; answers are the contract's JSON objects.
"""

from __future__ import annotations

import inspect
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from core.api import fields, idempotency
from core.api.authentication import (
    ClientKeyAuthentication,
    ManagementKeyAuthentication,
    ServerKeyAuthentication,
    TokenClientAuthentication,
)
from core.idempotency import KEPT_FOR

_TAGS = {"client": "client side", "management": "management"}
_IDEMPOTENCY_KEY = OpenApiParameter(
    idempotency.HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        f"Makes the call safe to repeat: 1 to {idempotency.MAX_KEY} visible ASCII characters, new for every "
        f"new call, kept for {KEPT_FOR.days} days. The same call under the same key gets the first answer "
        f"again, with the header `{idempotency.REPLAYED}: true`, and has no second effect. A refused call "
        "may be repeated."
    ),
)
_KEY_REFUSALS = (
    (409, "The first call with this idempotency key is still running"),
    (422, "This idempotency key was used for another call"),
)


class HouseSchema(AutoSchema):
    """What can be told of a view without a serializer class of Django REST framework's kind."""

    def get_request_serializer(self) -> Any:
        return getattr(self.view, "inputs", {}).get(self.method) or (
            OpenApiTypes.OBJECT if self.method in {"POST", "PUT", "PATCH"} else None
        )

    def get_response_serializers(self) -> Any:
        refusals = {
            status: OpenApiResponse(OpenApiTypes.OBJECT, description=words)
            for status, words in (
                (400, "Refused"),
                (401, "Wrong key"),
                (403, "Not allowed"),
                (404, "Not found"),
                *(_KEY_REFUSALS if self._takes_idempotency_key else ()),
            )
        }
        if self.method == "DELETE":
            return {204: OpenApiResponse(description="Deleted"), **refusals}
        return {200: OpenApiResponse(OpenApiTypes.OBJECT, description="Done"), **refusals}

    def get_override_parameters(self) -> list[Any]:
        return [_IDEMPOTENCY_KEY] if self._takes_idempotency_key else []

    @property
    def _takes_idempotency_key(self) -> bool:
        return self.method == "POST" and getattr(self.view, "takes_idempotency_key", False)

    def get_operation_id(self) -> str:
        words = self.path.replace("{", "").replace("}", "").replace("-", "_").strip("/").split("/")
        return "_".join([(self.method or "").lower(), *words])

    def get_description(self) -> str:  # type: ignore[override] # drf-spectacular's own signature
        """What the view says of itself; what a base class says is for its authors."""
        return inspect.cleandoc(type(self.view).__dict__.get("__doc__") or "")

    def get_tags(self) -> list[str]:
        parts = self.path.strip("/").split("/")
        return [_TAGS.get(parts[0]) or (parts[1] if len(parts) > 1 else parts[0])]


class _KeyScheme(OpenApiAuthenticationExtension):
    """Two headers that belong together. Not matched itself: subclasses name the class they describe."""

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        headers = (self.target.id_header, self.target.token_header)
        return [{"type": "apiKey", "in": "header", "name": header} for header in headers]


class _KeyOrTokenScheme(_KeyScheme):
    """The same, or a token of `POST /v1/oauth/token` in their place."""

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        return [*super().get_security_definition(auto_schema), {"type": "http", "scheme": "bearer"}]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        key_id, key_token, bearer = list(self.name)
        return [{key_id: [], key_token: []}, {bearer: []}]


class ServerKeyScheme(_KeyOrTokenScheme):
    target_class = ServerKeyAuthentication
    name = ["serverKeyId", "serverKeyToken", "serverBearer"]  # noqa: RUF012


class TokenClientScheme(_KeyScheme):
    target_class = TokenClientAuthentication
    name = ["tokenClientId", "tokenClientToken"]  # noqa: RUF012


class ClientKeyScheme(_KeyOrTokenScheme):
    target_class = ClientKeyAuthentication
    name = ["clientKeyId", "clientKeyToken", "clientBearer"]  # noqa: RUF012


class ManagementKeyScheme(_KeyScheme):
    target_class = ManagementKeyAuthentication
    name = ["managementKeyId", "managementKeyToken"]  # noqa: RUF012


class StrictFieldType(OpenApiSerializerFieldExtension):
    """The types of our own input fields."""

    target_class = fields.StrictField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        match self.target:
            case fields.ChoiceField():
                return {"type": "string", "enum": self.target.values}
            case fields.IntegerField():
                return {"type": "integer", "minimum": self.target.lowest, "maximum": self.target.highest}
            case fields.PercentField():
                return {"type": "number", "minimum": 0, "maximum": 100}
            case fields.BooleanField():
                return {"type": "boolean"}
            case fields.InstantField():
                return {"type": "string", "format": "date-time"}
            case fields.DateField():
                return {"type": "string", "format": "date"}
            case fields.MetadataField():
                return {"type": "object", "additionalProperties": {}}
            case fields.TextField():
                return {"type": "string", "maxLength": self.target.max_length}
        return {}
