"""Referrals that wait for a person, and those that people decided about. Goes beyond the contract."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.idempotency import answered
from core.api.pagination import CursorPagination
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from referrals.api.filters import ReviewFilters
from referrals.api.serializers.reviews import AcceptInput, RefuseInput, review_output
from referrals.models import Referral
from referrals.selectors import reviews, stakes
from referrals.services import deciding


class ReviewsView(ProjectListView):
    """`GET /v1/referral-reviews`: referrals, newest first; `?state=HELD` those that wait for somebody who
    decides. Beyond the contract.
    """

    resource = "referrals"
    queryset = Referral.objects.none()  # For the schema, of which nobody is the caller.
    filterset_class = ReviewFilters
    pagination_class = CursorPagination
    ordered_by_key = True
    data_ref = "referral_reviews"

    def get_queryset(self) -> QuerySet[Referral]:
        return reviews.rows()

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def _page(self, request: Request) -> Response:
        """What is at stake with all of the page is looked up together."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        found = stakes.of(page)
        return self.get_paginated_response([review_output(row, found[row.pk]) for row in page])


class ReviewView(ProjectAPIView):
    """`GET /v1/referral-reviews/{referralReviewId}`. Beyond the contract."""

    resource = "referrals"

    def get(self, request: Request, referral_review_id: str) -> Response:
        return Response(_printed(reviews.get(referral_review_id)))


class AcceptView(ProjectAPIView):
    """`POST /v1/referral-reviews/{referralReviewId}/accept`: it counts, and brings its rewards.
    Beyond the contract.
    """

    resource = "referrals"
    actions = {"POST": "review"}
    takes_idempotency_key = True
    inputs = {"POST": AcceptInput}

    def post(self, request: Request, referral_review_id: str) -> HttpResponse:
        reason = parse(AcceptInput, request.data)["reason"]
        referral = reviews.get(referral_review_id)
        return answered(
            request,
            lambda once: deciding.accept(
                referral=referral, reason=reason, actor=actor_of(request), now=self.now, once=once
            ),
            render=_printed,
            now=self.now,
        )


class RefuseView(ProjectAPIView):
    """`POST /v1/referral-reviews/{referralReviewId}/refuse`: it counts for nobody. Beyond the contract."""

    resource = "referrals"
    actions = {"POST": "review"}
    takes_idempotency_key = True
    inputs = {"POST": RefuseInput}

    def post(self, request: Request, referral_review_id: str) -> HttpResponse:
        reason = parse(RefuseInput, request.data)["reason"]
        referral = reviews.get(referral_review_id)
        return answered(
            request,
            lambda once: deciding.refuse(
                referral=referral, reason=reason, actor=actor_of(request), now=self.now, once=once
            ),
            render=_printed,
            now=self.now,
        )


def _printed(row: Referral) -> dict[str, Any]:
    """Read anew: a decision came with rewards."""
    found = reviews.get(row.public_id)
    return review_output(found, stakes.of([found])[found.pk])
