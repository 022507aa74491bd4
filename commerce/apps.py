from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils import timezone


class CommerceConfig(AppConfig):
    name = "commerce"
    verbose_name = "Customers and catalogue"

    def ready(self) -> None:
        from commerce import exports, imports, segment_jobs, webhooks
        from core import places

        for kind in ("customer", "customevent", "order", "product", "productcollection", "segment", "sku"):
            places.register(kind, None)  # contract, data and events 16: unrestricted
        imports.register()
        segment_jobs.register()
        exports.register()
        webhooks.register()
        post_migrate.connect(_make_what_is_predefined, sender=self)


def _make_what_is_predefined(*, using: str, **_: Any) -> None:
    """After every `migrate`, and after tests empty the tables; not on the way back to nothing."""
    from commerce.models import ProductCollection
    from commerce.services import collections

    if ProductCollection._meta.db_table in connections[using].introspection.table_names():
        collections.ensure_predefined(now=timezone.now())
