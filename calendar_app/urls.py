"""Addresses of the calendar outside of the admin and the API, mounted under /calendar/."""

from __future__ import annotations

from django.urls import path

from calendar_app import feeds_views

urlpatterns = [
    path("feeds/<str:token>.ics", feeds_views.feed, {"kind": "ics"}, name="calendar_feed_ics"),
    path("feeds/<str:token>.json", feeds_views.feed, {"kind": "json"}, name="calendar_feed_json"),
]
