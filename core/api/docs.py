"""The OpenAPI document of this server and a page to read and try it (`/docs`)."""

from __future__ import annotations

from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularJSONAPIView):
    """The document itself. Open, like the page: it says nothing that the project does not publish."""

    authentication_classes = ()
    schema = None


class DocsView(SpectacularSwaggerSplitView):
    authentication_classes = ()
    url_name = "openapi"
    schema = None
