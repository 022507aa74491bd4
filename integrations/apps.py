from __future__ import annotations

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        from core import events
        from integrations import (
            exports,
            imports,
            stores,
            subscribers,  # noqa: F401 - registers itself with core.events
        )
        from integrations.services.webhook_capture import capture

        exports.register()
        imports.register()
        stores.register()
        events.capture_with(capture)
