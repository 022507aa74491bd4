from __future__ import annotations

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = "Approvals"

    def ready(self) -> None:
        from approvals import (
            approvables,
            subscribers,  # noqa: F401 - registers itself with core.events
            webhooks,
        )

        approvables.register()
        webhooks.register()
