"""Client paths, mounted under /client/v1/."""

from __future__ import annotations

from django.urls import path

from commerce.api.views import events

urlpatterns = [path("events", events.ClientEventsView.as_view())]
