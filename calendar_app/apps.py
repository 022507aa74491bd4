from __future__ import annotations

from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "calendar_app"
    verbose_name = "Calendar"

    def ready(self) -> None:
        from calendar_app import (
            showing,
            subscribers,  # noqa: F401 - registers itself with core.events
            webhooks,
        )
        from calendar_app.models import Conflict
        from calendar_app.services import blackout_guard
        from core import places
        from promotions import launch_guards

        for kind in ("blackout", "season", "calendarnote"):
            places.register(kind, None)
        places.register("conflict", lambda: Conflict.objects.values("public_id"))
        launch_guards.register("blackouts", blackout_guard.refuse)
        webhooks.register()
        showing.register()
