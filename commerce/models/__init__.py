from __future__ import annotations

from commerce.models.collections import ProductCollection, ProductCollectionItem
from commerce.models.customers import Customer
from commerce.models.events import CustomEvent
from commerce.models.locations import Location
from commerce.models.orders import Order, OrderItem
from commerce.models.products import Product, Sku
from commerce.models.segments import Segment, SegmentMembership, SegmentRecheck

__all__ = [
    "CustomEvent",
    "Customer",
    "Location",
    "Order",
    "OrderItem",
    "Product",
    "ProductCollection",
    "ProductCollectionItem",
    "Segment",
    "SegmentMembership",
    "SegmentRecheck",
    "Sku",
]
