from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Start everything on this machine: database and Redis (unless DATABASE_URL, REDIS_URL are set), "
        "demo data, web server, worker, beat and event dispatcher. Ctrl-C stops it."
    )
    # It prepares what the checks ask for.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Make way for the supervisor: it needs no Django, and the database does not run yet."""
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, [sys.executable, "-m", "config.up"])  # noqa: S606 - no shell is wanted
