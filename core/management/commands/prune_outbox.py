from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from core import dispatch


class Command(BaseCommand):
    help = (
        "Delete old events that every subscriber has dealt with. What waits or is parked stays, however old."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=90, help="keep events of the last N days (90)")
        parser.add_argument("--dry-run", action="store_true", help="only say how many would go")

    def handle(self, *args: Any, **options: Any) -> None:
        before = timezone.now() - timedelta(days=max(0, options["days"]))
        if options["dry_run"]:
            self.stdout.write(f"{dispatch.prunable(before=before).count()} events would be deleted.")
            return
        total = 0
        while deleted := dispatch.prune(before=before):
            total += deleted
        self.stdout.write(f"{total} events deleted.")
