"""What every request begins with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from core import places
from core.staff import staff_places

_PEOPLE: Final = ("/admin/", "/calendar/")


class LanguageMiddleware:
    """People's pages speak the language that they chose, else the first one of their browser that there is.

    Answers of the API are English, whatever a caller says: programs read them. That is why this is not
    Django's LocaleMiddleware, which speaks to everybody, and whose language stays with the thread.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_page = request.path_info.startswith(_PEOPLE)
        spoken = translation.get_language_from_request(request) if is_page else settings.LANGUAGE_CODE
        with translation.override(spoken):
            response = self.get_response(request)
        if is_page:
            response.headers.setdefault("Content-Language", spoken)
        return response


class PlacesMiddleware:
    """People see what their areas and stores have; API views set the limit of their key themselves.

    Whatever a request was limited to ends with it: threads go on to the next one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_person = request.path_info.startswith(_PEOPLE) and request.user.is_authenticated
        own = staff_places(request.user) if is_person else None
        with places.limited_to(own, str(request.user.pk) if is_person else ""):
            return self.get_response(request)
