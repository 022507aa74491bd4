"""The admin site: its pages speak in the project's time zone and currency; the first one is the overview."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language
from unfold.sites import UnfoldAdminSite

from core import project
from core.words import speaking_for


class FanfareAdminSite(UnfoldAdminSite):  # type: ignore[misc]
    site_title = "Fanfare"
    site_header = "Fanfare"
    index_title = "Overview"
    index_template = "insights/overview.html"

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        # Its links need the admin classes, which register themselves with this site.
        from config.overview import overview

        return super().index(request, {**overview(request), **(extra_context or {})})

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Pages that are no model's: outside of its addresses, or its menu entry would light up, too."""
        from approvals.admin import notifications, simulator
        from calendar_app.admin import conflicts, move
        from calendar_app.admin.calendar import page as calendar
        from core.admin import channels, invitations, second_factor
        from insights.admin import performance
        from loyalty.admin import estimate, finance
        from promotions.admin import preview, why

        own = [
            path("promotions/why/", self.admin_view(why.page), name="promotions_why"),
            path("language/", self.admin_view(set_language), name="language"),
        ]
        below = (channels, invitations, second_factor, notifications, simulator, preview)
        others = (*below, performance, finance, estimate, calendar, conflicts, move)
        return [*own, *(page for module in others for page in module.urls()), *super().get_urls()]

    def search(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        try:
            return super().search(request, extra_context)
        except (InvalidPage, ValueError):
            raise Http404 from None

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        guarded = super().admin_view(_after_second_step(view), cacheable)

        @wraps(guarded)
        def speaking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with speaking_for(project.current()):
                response: HttpResponse = guarded(request, *args, **kwargs)
                # Rendered in here: afterwards zone and currency are those of the server again.
                if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                    response.render()
                return response

        return speaking


def _after_second_step(view: Callable[..., Any]) -> Callable[..., Any]:
    """Who may enter and has to show or set up an authenticator app first is sent there instead."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        from core.admin import second_factor

        return second_factor.first_step(request) or view(request, *args, **kwargs)

    return asked
