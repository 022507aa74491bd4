"""Read background jobs, and stop them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core import places
from core.api.filter_values import instant
from core.api.pagination import CursorPagination
from core.api.query import read_query
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from core.errors import NotFound
from integrations.api.serializers.async_actions import action_output, listed_action_output
from integrations.models import AsyncAction
from integrations.services import async_actions
from integrations.services.import_slices import CHECK


class AsyncActionsView(ProjectListView):
    resource = "async_actions"
    data_ref = "async_actions"
    pagination_class = CursorPagination
    output: ClassVar[Any] = staticmethod(listed_action_output)

    def get_queryset(self) -> QuerySet[AsyncAction]:
        """Newest first; `end_date` leaves out what was created after it."""
        rows = places.own(AsyncAction.objects.exclude(type=CHECK)).defer("body", "result", "params")
        end_date = read_query(self.request).get("end_date")
        if end_date is None:
            return rows
        return rows.filter(
            created_at__lte=instant(end_date, "end_date", zone=timezone.get_current_timezone())
        )

    def get(self, request: Request) -> Response:
        return self.listed(request)


class AsyncActionView(ProjectAPIView):
    resource = "async_actions"

    def get(self, request: Request, async_action_id: str) -> Response:
        return Response(action_output(_own(async_action_id)))


class AsyncActionCancelView(ProjectAPIView):
    """`POST /v1/async-actions/{asyncActionId}/cancel` stops a job within seconds: what is done stays done,
    and the job has failed. Goes beyond the contract.
    """

    resource = "async_actions"
    actions: ClassVar = {"POST": "modify"}

    def post(self, request: Request, async_action_id: str) -> Response:
        action = async_actions.cancel(
            public_id=_own(async_action_id).public_id, actor=actor_of(request), now=self.now
        )
        return Response(action_output(action))


def _own(public_id: str) -> AsyncAction:
    """:raises NotFound: there is none that this key sees."""
    action = places.own(AsyncAction.objects).defer("body").filter(public_id=public_id).first()
    if action is None:
        raise NotFound.of("async_action", public_id)
    return action
