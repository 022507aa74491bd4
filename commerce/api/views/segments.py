"""Segments."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.api.filters import SegmentFilterSet
from commerce.api.serializers.segments import SegmentInput, full_segment_output, segment_spec
from commerce.models import Segment
from commerce.selectors import segments as selectors
from commerce.services import segments
from core.api.fields import parse
from core.api.pagination import PagePagination
from core.api.views import ProjectAPIView, ProjectListView, actor_of


class SegmentsView(ProjectListView):
    """`GET` and `POST /v1/segments`."""

    resource = "segments"
    filterset_class = SegmentFilterSet
    pagination_class = PagePagination
    output: ClassVar[Any] = staticmethod(full_segment_output)

    def get_queryset(self) -> QuerySet[Segment]:
        return Segment.objects.all()

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        spec = segment_spec(parse(SegmentInput, request.data))
        segment = segments.create(spec=spec, actor=actor_of(request), now=self.now)
        return Response(full_segment_output(segment))


class SegmentView(ProjectAPIView):
    """`GET` and `DELETE /v1/segments/{segmentId}`."""

    resource = "segments"

    def get(self, request: Request, segment_id: str) -> Response:
        return Response(full_segment_output(selectors.by_reference(segment_id)))

    def delete(self, request: Request, segment_id: str) -> Response:
        known = selectors.by_reference(segment_id)
        segments.delete(segment_id=known.pk, actor=actor_of(request), now=self.now)
        return Response(status=204)
