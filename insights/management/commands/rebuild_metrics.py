from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from core import project, words
from insights.services import metric_rebuild


class Command(BaseCommand):
    help = (
        "Make the metrics again from redemptions, rollbacks, returns and orders, beside the running shop and "
        "in small transactions. With --check nothing is made: differences are named, and it fails if there "
        "is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", help="only what was attempted since this day or instant of the project (2026-11-24)"
        )
        parser.add_argument("--check", action="store_true", help="name differences, change nothing")
        parser.add_argument("--limit", type=int, default=50, help="how many differences to name (50)")

    def handle(self, *args: Any, **options: Any) -> None:
        since, now = _instant(options["since"]), timezone.now()
        if not options["check"]:
            done = metric_rebuild.rebuild(since=since, now=now)
            self.stdout.write(
                f"Counted {words.count(done.redemptions, 'attempt')} anew, put "
                f"{words.count(done.wrong_hours, 'row')} of hours right."
            )
            return
        found = 0
        for difference in metric_rebuild.differences(since=since, now=now):
            found += 1
            if found <= max(0, options["limit"]):
                self.stderr.write(str(difference))
        if found:
            raise CommandError(f"{words.count(found, 'difference')} found.")
        self.stdout.write("The metrics say what the tables say.")


def _instant(text: str | None) -> Any:
    if not text:
        return None
    try:
        day = parse_date(text)
        found = parse_datetime(f"{text}T00:00:00") if day is not None else parse_datetime(text)
    except ValueError as error:
        raise CommandError(f"--since: {error}") from error
    if found is None:
        raise CommandError(
            "--since needs a day such as 2026-11-24, or an instant such as 2026-11-24T12:00:00Z."
        )
    return found if found.tzinfo is not None else found.replace(tzinfo=project.current().zone)
