"""SKUs of a product."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.api.filters import CatalogueFilterSet
from commerce.api.query import flag
from commerce.api.serializers.products import NewSkuInput, SkuInput, sku_output
from commerce.models import Sku
from commerce.selectors import catalogue
from commerce.services import skus
from commerce.services.catalogue_specs import ArticleSpec
from core.api.fields import parse
from core.api.pagination import PagePagination
from core.api.views import ProjectAPIView, ProjectListView, actor_of


class ProductSkusView(ProjectListView):
    """`GET` and `POST /v1/products/{productId}/skus`."""

    resource = "products"
    filterset_class = CatalogueFilterSet
    pagination_class = PagePagination
    data_ref = "skus"
    output: ClassVar[Any] = staticmethod(sku_output)

    def get_queryset(self) -> QuerySet[Sku]:
        product = catalogue.product_by_reference(self.kwargs["product_id"])
        return Sku.objects.present().filter(product=product).select_related("product")

    def get(self, request: Request, product_id: str) -> Response:
        return self.listed(request)

    def post(self, request: Request, product_id: str) -> Response:
        spec = ArticleSpec.sku(parse(NewSkuInput, request.data))
        product = catalogue.product_by_reference(product_id)
        sku = skus.upsert(product_id=product.pk, spec=spec, actor=actor_of(request), now=self.now)
        return Response(sku_output(sku))


class ProductSkuView(ProjectAPIView):
    """`PUT` and `DELETE /v1/products/{productId}/skus/{skuId}`."""

    resource = "products"

    def put(self, request: Request, product_id: str, sku_id: str) -> Response:
        spec = ArticleSpec.sku(parse(SkuInput, request.data))
        known = self._known(product_id, sku_id)
        return Response(
            sku_output(skus.update(sku_id=known.pk, spec=spec, actor=actor_of(request), now=self.now))
        )

    def delete(self, request: Request, product_id: str, sku_id: str) -> Response:
        known = self._known(product_id, sku_id)
        skus.delete(sku_id=known.pk, force=flag(request, "force"), actor=actor_of(request), now=self.now)
        return Response(status=204)

    def _known(self, product_id: str, sku_id: str) -> Sku:
        return catalogue.sku_by_reference(sku_id, product=catalogue.product_by_reference(product_id))


class SkuView(ProjectAPIView):
    """`GET /v1/skus/{skuId}`."""

    resource = "products"

    def get(self, request: Request, sku_id: str) -> Response:
        return Response(sku_output(catalogue.sku_by_reference(sku_id)))
