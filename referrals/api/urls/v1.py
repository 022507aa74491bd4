"""All of `/v1` that referrals answer, in the order of the contract."""

from __future__ import annotations

from django.urls import path

from referrals.api.views import holders

_MEMBER = "referrals/members/<str:member_id>/holders"
_OF_PROGRAMME = "referrals/<str:campaign_id>/members/<str:member_id>/holders"

urlpatterns = [
    path(_OF_PROGRAMME, holders.HoldersView.as_view()),
    path(f"{_OF_PROGRAMME}/<str:holder_id>", holders.HolderView.as_view()),
    path(_MEMBER, holders.HoldersView.as_view()),
    path(f"{_MEMBER}/<str:holder_id>", holders.HolderView.as_view()),
]
