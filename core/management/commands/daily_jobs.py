from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import periodic
from core.instants import format_instant, parse_instant


class Command(BaseCommand):
    help = (
        "Do all nightly and periodic work that is due: start and end campaigns, let holds, points and tokens "
        "expire, prune, prove, seal. A second run at the same instant finds nothing to do. What happened is "
        "told to subscribers and webhooks by the dispatcher, as always."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at",
            metavar="INSTANT",
            help="as of this instant, such as 2026-12-01T03:00:00Z; now, if nothing is said",
        )
        parser.add_argument("--list", action="store_true", help="only say which jobs there are")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for job in periodic.jobs():
                self.stdout.write(f"{job.title}  ({job.task})")
            return
        now = _instant(options["at"])
        if now > timezone.now():
            self.stderr.write(
                self.style.WARNING("This instant is yet to come: what will be due then is done now.")
            )
        self.stdout.write(f"As of {format_instant(now)}")
        broken = 0
        for ran in periodic.run_all(now=now):
            broken += bool(ran.error)
            self.stdout.write(f"  {ran.job.title}: {_said(ran)}")
        if broken:
            raise CommandError(f"{broken} of the jobs broke. The others are done; run it again for these.")


def _said(ran: periodic.Ran) -> str:
    if ran.error:
        return f"broke ({ran.error})"
    if ran.count is None:
        return "not due"
    return f"{ran.count:,}" if ran.count else "nothing to do"


def _instant(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        return parse_instant(text)
    except ValueError:
        raise CommandError(f"{text!r} is no instant. Write it as 2026-12-01T03:00:00Z.") from None
