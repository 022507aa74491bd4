"""Server paths, mounted under /v1/, in the order of the contract."""

from __future__ import annotations

from django.urls import path, register_converter

from commerce.api.urls.references import ReferenceConverter
from commerce.api.views import (
    collections,
    customers,
    events,
    jobs,
    locations,
    orders,
    products,
    segments,
    skus,
)
from integrations.api.views.exports import ExportOfView

register_converter(ReferenceConverter, "reference")

urlpatterns = [
    path("customers", customers.CustomersView.as_view()),
    path("customers/importCSV", jobs.CustomersCsvView.as_view()),
    path("customers/bulk/async", jobs.CustomersBulkView.as_view()),
    path("customers/metadata/async", jobs.CustomersMetadataView.as_view()),
    path("customers/<reference:customer_id>", customers.CustomerView.as_view()),
    path("customers/<reference:customer_id>/permanent-deletion", customers.CustomerErasureView.as_view()),
    path("customers/<reference:customer_id>/segments", customers.CustomerSegmentsView.as_view()),
    path("events", events.EventsView.as_view()),
    path("locations", locations.LocationsView.as_view()),
    path("locations/<str:location_id>", locations.LocationView.as_view()),
    path("orders", orders.OrdersView.as_view()),
    path("orders/import", orders.OrdersImportView.as_view()),
    path("orders/export", ExportOfView.as_view(exported_object="order")),
    path("orders/<reference:order_id>", orders.OrderView.as_view()),
    path("product-collections", collections.CollectionsView.as_view()),
    path("product-collections/<str:collection_id>", collections.CollectionView.as_view()),
    path("product-collections/<str:collection_id>/products", collections.CollectionProductsView.as_view()),
    path("products", products.ProductsView.as_view()),
    path("products/bulk/async", jobs.ProductsBulkView.as_view()),
    path("products/metadata/async", jobs.ProductsMetadataView.as_view()),
    path("products/importCSV", jobs.ProductsCsvView.as_view()),
    path("products/<reference:product_id>", products.ProductView.as_view()),
    path("products/<reference:product_id>/skus", skus.ProductSkusView.as_view()),
    path("products/<reference:product_id>/skus/<reference:sku_id>", skus.ProductSkuView.as_view()),
    path("segments", segments.SegmentsView.as_view()),
    path("segments/<str:segment_id>", segments.SegmentView.as_view()),
    path("skus/importCSV", jobs.SkusCsvView.as_view()),
    path("skus/<reference:sku_id>", skus.SkuView.as_view()),
]
