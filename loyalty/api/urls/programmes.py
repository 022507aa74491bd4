"""Programmes and their members, in the order of the contract."""

from __future__ import annotations

from django.urls import path

from loyalty.api.views import members, programmes

urlpatterns = [
    path("loyalties", programmes.ProgrammesView.as_view()),
    path("loyalties/<str:campaign_id>", programmes.ProgrammeView.as_view()),
    path("loyalties/<str:campaign_id>/members", members.MembersView.as_view()),
    path("loyalties/<str:campaign_id>/members/<str:member_id>", members.MemberView.as_view()),
    path("loyalties/members/<str:member_id>", members.MemberView.as_view()),
    path("loyalties/<str:campaign_id>/members/<str:member_id>/activity", members.ActivityView.as_view()),
    path("loyalties/members/<str:member_id>/activity", members.ActivityView.as_view()),
]
