"""All of `/v1` that referrals answer, in the order of the contract; reviews go beyond it."""

from __future__ import annotations

from django.urls import path

from referrals.api.views import holders, reviews

_MEMBER = "referrals/members/<str:member_id>/holders"
_REVIEW = "referral-reviews/<str:referral_review_id>"
_OF_PROGRAMME = "referrals/<str:campaign_id>/members/<str:member_id>/holders"

urlpatterns = [
    path(_OF_PROGRAMME, holders.HoldersView.as_view()),
    path(f"{_OF_PROGRAMME}/<str:holder_id>", holders.HolderView.as_view()),
    path(_MEMBER, holders.HoldersView.as_view()),
    path(f"{_MEMBER}/<str:holder_id>", holders.HolderView.as_view()),
    path("referral-reviews", reviews.ReviewsView.as_view()),
    path(_REVIEW, reviews.ReviewView.as_view()),
    path(f"{_REVIEW}/accept", reviews.AcceptView.as_view()),
    path(f"{_REVIEW}/refuse", reviews.RefuseView.as_view()),
]
