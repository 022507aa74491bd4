"""Everything the server serves, and `POST /bare`: reads a body, answers an object."""

from __future__ import annotations

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import urls


class BareView(APIView):
    """What Django and its REST framework cost by themselves, all middlewares of production included."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        return Response({"object": "bare", "names": sorted(request.data)})


urlpatterns = [path("bare", BareView.as_view()), *urls.urlpatterns]
