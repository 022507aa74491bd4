"""The admin pages of commerce. Django finds them by importing this package."""

from __future__ import annotations

from commerce.admin import collections, customers, events, locations, orders, products, segments, skus

__all__ = ["collections", "customers", "events", "locations", "orders", "products", "segments", "skus"]
