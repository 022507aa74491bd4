from __future__ import annotations

from django.apps import AppConfig


class CommerceConfig(AppConfig):
    name = "commerce"
    verbose_name = "Customers and catalogue"

    def ready(self) -> None:
        from commerce import exports, imports, webhooks

        imports.register()
        exports.register()
        webhooks.register()
