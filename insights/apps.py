from __future__ import annotations

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "insights"
    verbose_name = "Insights"

    def ready(self) -> None:
        from core import places
        from insights import (
            subscribers,  # noqa: F401 - registers itself with core.events
            webhooks,
        )
        from insights.models import Alert

        places.register("alert", lambda: Alert.objects.values("public_id"))
        webhooks.register()
