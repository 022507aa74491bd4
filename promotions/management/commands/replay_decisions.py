from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from core.instants import parse_instant
from promotions.models import Redemption
from promotions.selectors import replays


class Command(BaseCommand):
    help = (
        "Evaluate every stored decision again, and compare with the outcome that was stored. Checks that the "
        "versions which redemptions name are there and say what they said. Fails on a difference. Changes "
        "nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", metavar="INSTANT", help="only redemptions from this day or instant on")
        parser.add_argument(
            "--campaign", default="", metavar="ID", help="only those of a campaign: id or name"
        )
        parser.add_argument("--redemption", default="", metavar="ID", help="only those of one request")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = self._rows(options)
        decisions = wrong = 0
        for row in replays.replay(rows):
            decisions += row.is_decision
            wrong += bool(row.problems)
            for problem in row.problems:
                self.stderr.write(f"redemption {row.public_id}: {problem}")
        for version_id in replays.broken_versions():
            wrong += 1
            self.stderr.write(f"version {version_id}: its content is not the one that its digest was made of")
        if wrong:
            raise CommandError(
                f"{wrong} of the redemptions and versions differ; {decisions} decisions replayed."
            )
        self.stdout.write(f"{decisions} decisions replayed, all as they were stored.")

    def _rows(self, options: dict[str, Any]) -> QuerySet[Redemption]:
        rows = replays.about(campaign_id=options["campaign"], redemption_id=options["redemption"])
        if (options["campaign"] or options["redemption"]) and not rows.exists():
            raise CommandError("There are no such redemptions.")
        if options["since"]:
            try:
                rows = rows.filter(redeemed_at__gte=parse_instant(options["since"]))
            except ValueError:
                raise CommandError("--since: a day or an instant such as 2026-03-10T12:00:00Z.") from None
        return rows
