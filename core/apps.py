from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Settings"

    def ready(self) -> None:
        from core import (  # noqa: F401 - register system checks and subscribers
            checks,
            languages,
            subscribers,
        )

        languages.name_models()
