"""The file of an export as an answer, and the token in its address."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import StreamingHttpResponse
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from core.actors import Actor, ActorKind, Role
from core.api import throttling
from core.errors import Unauthorized
from integrations import export_links
from integrations.models import Export
from integrations.selectors import exports as known


@dataclass(frozen=True, kw_only=True)
class LinkHolder:
    """`request.auth` of somebody who followed a link: he may read, and is counted by the export."""

    actor: Actor


class LinkAuthentication(BaseAuthentication):
    """The `token` of the query in place of a key."""

    def authenticate(self, request: Request) -> tuple[None, LinkHolder]:
        view_kwargs = request.parser_context["kwargs"]
        export_id: str = view_kwargs["export_id"]
        if not export_links.opens(request.query_params["token"], export_id, now=timezone.now()):
            throttling.count_wrong_key(throttling.neighbourhood(request))
            raise Unauthorized("The token of this address is wrong or too old. Read the export again.")
        actor = Actor(
            kind=ActorKind.API_KEY,
            id=export_id,
            label="download link",
            role=Role.VIEWER,
            request_id=getattr(request, "request_id", ""),
        )
        return None, LinkHolder(actor=actor)

    def authenticate_header(self, request: Request) -> str:
        return "ApiKey"


def file_response(export: Export, *, content_type: str = "text/plain") -> StreamingHttpResponse:
    """The file in pieces, to be saved and not to be kept by anything between."""
    return StreamingHttpResponse(
        known.content(export),
        content_type=f"{content_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{known.file_name(export)}"',
            "Content-Length": str(export.size_bytes),
            "Cache-Control": "no-store",
        },
    )
