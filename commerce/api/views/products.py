"""Products: one at a time."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.api.filters import CatalogueFilterSet
from commerce.api.query import flag, hidden
from commerce.api.serializers.products import NewProductInput, ProductInput, product_with_skus_output
from commerce.models import Product
from commerce.selectors import catalogue
from commerce.services import products
from commerce.services.catalogue_specs import ArticleSpec
from core.api.fields import parse
from core.api.pagination import PagePagination
from core.api.views import ProjectAPIView, ProjectListView, actor_of


def _listed_output(product: Any) -> dict[str, Any]:
    return product_with_skus_output(product, product.present_skus)


class ProductsView(ProjectListView):
    """`GET` and `POST /v1/products`."""

    resource = "products"
    filterset_class = CatalogueFilterSet
    pagination_class = PagePagination
    data_ref = "products"
    output: ClassVar[Any] = staticmethod(_listed_output)

    def get_queryset(self) -> QuerySet[Product]:
        return catalogue.with_skus(Product.objects.present())

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        spec = ArticleSpec.product(parse(NewProductInput, request.data))
        product = products.upsert(spec=spec, actor=actor_of(request), now=self.now)
        return Response(product_with_skus_output(product, catalogue.skus_of(product)))


class ProductView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/products/{productId}`."""

    resource = "products"

    def get(self, request: Request, product_id: str) -> Response:
        product = catalogue.product_by_reference(product_id)
        wire = product_with_skus_output(product, catalogue.skus_of(product))
        return Response({name: value for name, value in wire.items() if name not in hidden(request)})

    def put(self, request: Request, product_id: str) -> Response:
        spec = ArticleSpec.product(parse(ProductInput, request.data))
        known = catalogue.product_by_reference(product_id)
        product = products.update(product_id=known.pk, spec=spec, actor=actor_of(request), now=self.now)
        return Response(product_with_skus_output(product, catalogue.skus_of(product)))

    def delete(self, request: Request, product_id: str) -> Response:
        known = catalogue.product_by_reference(product_id)
        products.delete(
            product_id=known.pk, force=flag(request, "force"), actor=actor_of(request), now=self.now
        )
        return Response(status=204)
