"""`/v1/oauth`: a server key gets bearer tokens, asks about its own and ends them (contract: data file 20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.authentication import TokenClientAuthentication
from core.api.parsers import StrictFormParser, StrictJSONParser
from core.api.serializers.oauth import introspection_output, token_output
from core.api.views import ProjectAPIView, actor_of
from core.errors import DomainError
from core.models import ApiKey
from core.services import oauth_tokens


class InvalidGrantType(DomainError):
    key = "invalid_grant_type"
    message = "Invalid grant type"


class MissingParameters(DomainError):
    key = "missing_parameters"
    message = "Missing parameters"


class _OAuthView(ProjectAPIView):
    """Open to server keys of every role: a token can never do more than its key."""

    authentication_classes = (TokenClientAuthentication,)
    permission_classes: Any = ()
    parser_classes = (StrictFormParser, StrictJSONParser)

    def text(self, request: Request, *names: str) -> str:
        """The first of these fields that is there and no empty text; else an empty one."""
        fields: Any = request.data if isinstance(request.data, Mapping) else {}
        found = (fields.get(name) for name in names)
        return next((value for value in found if isinstance(value, str) and value), "")

    def token(self, request: Request) -> str:
        """:raises MissingParameters: no token in the body."""
        found = self.text(request, "access_token", "token")
        if not found:
            raise MissingParameters("Property access_token is required")
        return found

    def key(self, request: Request) -> ApiKey:
        credentials: Any = request.auth
        found: ApiKey = credentials.key
        return found

    def finalize_response(self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any) -> Any:
        response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)


class TokenView(_OAuthView):
    """Makes a bearer token of the scopes that are asked for: paths begin with their names, `api` is all."""

    def post(self, request: Request) -> Response:
        if self.text(request, "grant_type") != "client_credentials":
            raise InvalidGrantType("Property grant_type must be client_credentials")
        issued = oauth_tokens.issue(
            key_id=self.key(request).pk,
            scope=self.text(request, "scope"),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(token_output(issued.row, self.key(request), issued.token, now=self.now))


class IntrospectView(_OAuthView):
    """Says whether a token of the key is live, and for what."""

    def post(self, request: Request) -> Response:
        token, key = self.token(request), self.key(request)
        found = oauth_tokens.find(token=token, key_id=key.pk)
        return Response(introspection_output(found, key, token, now=self.now))


class RevokeView(_OAuthView):
    """Ends a token of the key."""

    def post(self, request: Request) -> Response:
        oauth_tokens.revoke(
            token=self.token(request),
            key_id=self.key(request).pk,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(status=204)
