"""Everything the server serves, and views that do next to nothing, to compare with: `/bare`, `/bare-row`."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from commerce.models import Customer
from config import urls
from core.api.authentication import ServerKeyAuthentication
from core.api.parsers import StrictJSONParser


class BareView(APIView):
    """What Django and its REST framework cost by themselves, all middlewares of production included."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        return Response({"object": "bare", "names": sorted(request.data)})


class RowView(APIView):
    """The same with our parser and our keys; it reads the one customer that the body names."""

    authentication_classes = (ServerKeyAuthentication,)
    parser_classes = (StrictJSONParser,)
    permission_classes = ()

    def post(self, request: Request) -> Response:
        body: Any = request.data
        customer = Customer.objects.get(source_id=body["customer"]["source_id"])
        return Response({"object": "customer", "id": customer.public_id})


urlpatterns = [path("bare", BareView.as_view()), path("bare-row", RowView.as_view()), *urls.urlpatterns]
