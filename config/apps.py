from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class FanfareAdminConfig(AdminConfig):
    default_site = "config.admin_site.FanfareAdminSite"

    def ready(self) -> None:
        super().ready()
        # Makes ours the current Celery app, so that tasks find the broker wherever Django runs.
        from config import celery  # noqa: F401
