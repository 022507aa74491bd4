from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from calendar_app.services import refreshing
from core import words


class Command(BaseCommand):
    help = (
        "Bring the collisions of the promotion calendar up to date, as the periodic job does. With --all "
        "everything is compared with everything and counted anew, whatever was known before."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="compare and count all of it anew")

    def handle(self, *args: Any, **options: Any) -> None:
        done = refreshing.refresh(now=timezone.now(), everything=options["all"])
        total = done.changes
        while done.is_more:
            done = refreshing.refresh(now=timezone.now())
            total += done.changes
        self.stdout.write(f"{words.count(total, 'collision')} began, changed or went.")
