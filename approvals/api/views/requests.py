from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.api.filters import RequestFilters
from approvals.api.serializers.requests import (
    CommentInput,
    DecisionInput,
    NothingInput,
    ResubmitInput,
    ScheduleInput,
    comment_output,
    request_base_output,
    request_output,
    revision_output,
)
from approvals.models import ApprovalRequest, Decision
from approvals.selectors import requests as known
from approvals.services import decisions, requests
from core.api.fields import parse
from core.api.views import ProjectAPIView, ProjectListView, actor_of


class RequestsView(ProjectListView):
    """`GET /v1/approval-requests`: what was asked for, newest first. Beyond the contract.

    A call that needs somebody else's yes is answered with 403 `approval_required`; `resource_id` of that
    answer is the id of the request.
    """

    resource = "approvals"
    filterset_class = RequestFilters
    data_ref = "approval_requests"
    output = staticmethod(request_base_output)

    def get_queryset(self) -> QuerySet[ApprovalRequest]:
        return known.listed()

    def get(self, request: Request) -> Response:
        return self.listed(request)


class RequestView(ProjectAPIView):
    """`GET /v1/approval-requests/{requestId}`: what was there, what will be there, the difference in words,
    decisions and comments. Beyond the contract.
    """

    resource = "approvals"

    def get(self, request: Request, request_id: str) -> Response:
        return _printed(request_id)


class DecisionsView(ProjectAPIView):
    """`POST /v1/approval-requests/{requestId}/decisions`: APPROVE, REQUEST_CHANGES, REJECT, or EMERGENCY.
    Beyond the contract.

    `revision` is the one that was read. The last yes carries the request out. Keys decide only at stages
    that ask no group of people, and never in an emergency.
    """

    resource = "approvals"
    actions = {"POST": "decide"}
    inputs = {"POST": DecisionInput}

    def post(self, request: Request, request_id: str) -> Response:
        given = parse(DecisionInput, request.data)
        decisions.decide(
            request_id=known.get(request_id).pk,
            verdict=Decision.Verdict(given["verdict"]),
            revision=given["revision"],
            comment=given["comment"],
            actor=actor_of(request),
            now=self.now,
        )
        return _printed(request_id)


class _TakingPartView(ProjectAPIView):
    """Those who may write about a request may take theirs back, too; the service asks whose it is."""

    resource = "approvals"
    actions = {"POST": "comment", "PUT": "comment"}


class CommentsView(_TakingPartView):
    """`POST /v1/approval-requests/{requestId}/comments`. Beyond the contract."""

    inputs = {"POST": CommentInput}

    def post(self, request: Request, request_id: str) -> Response:
        given = parse(CommentInput, request.data)
        made = requests.comment(
            request_id=known.get(request_id).pk,
            text=given["text"],
            mentions=given.get("mentions", []),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(comment_output(made))


class WithdrawView(_TakingPartView):
    """`POST /v1/approval-requests/{requestId}/withdraw`: by whoever asked; of an approved one that waits for
    its time, also by those who decide. Beyond the contract.
    """

    inputs = {"POST": NothingInput}

    def post(self, request: Request, request_id: str) -> Response:
        parse(NothingInput, request.data)
        requests.withdraw(request_id=known.get(request_id).pk, actor=actor_of(request), now=self.now)
        return _printed(request_id)


class ResubmitView(_TakingPartView):
    """`POST /v1/approval-requests/{requestId}/resubmit`: the same wish on what is there now, as a new
    revision, for which no earlier yes counts. To ask for something else, withdraw it and ask.
    Beyond the contract.
    """

    inputs = {"POST": ResubmitInput}

    def post(self, request: Request, request_id: str) -> Response:
        given = parse(ResubmitInput, request.data)
        requests.resubmit(
            request_id=known.get(request_id).pk,
            reason=given.get("reason"),
            actor=actor_of(request),
            now=self.now,
        )
        return _printed(request_id)


class ScheduleView(_TakingPartView):
    """`PUT /v1/approval-requests/{requestId}/schedule`: when it takes effect once it is approved; null: at
    once. Beyond the contract.
    """

    inputs = {"PUT": ScheduleInput}

    def put(self, request: Request, request_id: str) -> Response:
        given = parse(ScheduleInput, request.data)
        requests.schedule(
            request_id=known.get(request_id).pk,
            effective_at=given["effective_at"],
            actor=actor_of(request),
            now=self.now,
        )
        return _printed(request_id)


class RevisionsView(ProjectListView):
    """`GET /v1/approval-requests/{requestId}/revisions`: every proposal as it was seen, newest first.
    Beyond the contract.
    """

    resource = "approvals"
    data_ref = "revisions"

    def get(self, request: Request, request_id: str) -> Response:
        found = known.get(request_id)
        page = self.paginate_queryset(found.revisions.order_by("-number"))
        return self.get_paginated_response([revision_output(row, found.target_type) for row in page or []])


def _printed(request_id: str) -> Response:
    return Response(request_output(known.printable(request_id)))
