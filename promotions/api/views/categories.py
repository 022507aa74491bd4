from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.filter_values import boolean
from core.api.query import read_query
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from promotions.api.serializers.categories import CategoryInput, category_columns, category_output
from promotions.models import Category
from promotions.selectors import categories as known
from promotions.services import categories


class CategoriesView(ProjectListView):
    """`GET` and `POST /v1/categories`."""

    resource = "categories"
    output = staticmethod(category_output)

    def get_queryset(self):  # type: ignore[no-untyped-def]
        return Category.objects.order_by("-created_at", "-pk")

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        given = parse(CategoryInput, request.data)
        category = categories.create(values=category_columns(given), actor=actor_of(request), now=self.now)
        return Response(category_output(category))


class CategoryView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/categories/{categoryId}`."""

    resource = "categories"

    def get(self, request: Request, category_id: str) -> Response:
        return Response(category_output(known.get(category_id)))

    def put(self, request: Request, category_id: str) -> Response:
        given = parse(CategoryInput, request.data)
        category = categories.update(
            category_id=known.get(category_id).pk,
            values=category_columns(given),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(category_output(category))

    def delete(self, request: Request, category_id: str) -> Response:
        name = "remove_from_stacking_rules"
        categories.delete(
            category_id=known.get(category_id).pk,
            with_stacking_rules=boolean(read_query(request).get(name, "false"), name),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(status=204)
