"""Product collections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.api.filters import CollectionFilterSet
from commerce.api.query import content_order
from commerce.api.serializers.collections import (
    CollectionChangesInput,
    CollectionInput,
    article_output,
    changed_collection_output,
    collection_output,
    collection_spec,
)
from commerce.models import ProductCollection
from commerce.selectors import collections as selectors
from commerce.services import collections
from core.api.fields import parse
from core.api.pagination import PagePagination
from core.api.views import ProjectAPIView, ProjectListView, actor_of


class CollectionsView(ProjectListView):
    """`GET` and `POST /v1/product-collections`."""

    resource = "product_collections"
    filterset_class = CollectionFilterSet
    pagination_class = PagePagination
    output: ClassVar[Any] = staticmethod(collection_output)

    def get_queryset(self) -> QuerySet[ProductCollection]:
        return ProductCollection.objects.prefetch_related("items__product", "items__sku__product")

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        spec = collection_spec(parse(CollectionInput, request.data))
        collection = collections.create(spec=spec, actor=actor_of(request), now=self.now)
        return Response(collection_output(collection))


class CollectionView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/product-collections/{productCollectionId}`."""

    resource = "product_collections"

    def get(self, request: Request, collection_id: str) -> Response:
        return Response(collection_output(selectors.by_reference(collection_id)))

    def put(self, request: Request, collection_id: str) -> Response:
        changes = parse(CollectionChangesInput, request.data)
        known = selectors.by_reference(collection_id)
        collection = collections.update(
            collection_id=known.pk,
            name=changes.get("name"),
            filter=changes.get("filter"),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(changed_collection_output(collection))

    def delete(self, request: Request, collection_id: str) -> Response:
        known = selectors.by_reference(collection_id)
        collections.delete(collection_id=known.pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


class CollectionProductsView(ProjectListView):
    """`GET /v1/product-collections/{productCollectionId}/products`."""

    resource = "product_collections"
    pagination_class = PagePagination
    output: ClassVar[Any] = staticmethod(article_output)

    def get(self, request: Request, collection_id: str) -> Response:
        collection = selectors.by_reference(collection_id)
        order, after = content_order(request)
        content = selectors.ContentPage(collection, order=order, after=after, now=self.now)
        page = self.paginate_queryset(cast(Sequence[Any], content))
        return self.get_paginated_response([self.output(article) for article in page or []])
