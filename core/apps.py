from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Settings"

    def ready(self) -> None:
        from core import checks, languages  # noqa: F401 - registers the system checks

        languages.name_models()
