from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.actors import Actor
from demo_store.journey import club
from demo_store.journey.report import Progress, check_table, tally_table


class Command(BaseCommand):
    help = (
        "Prove on the year of the Complete Journey that points add up: let its orders pass through a loyalty "
        "programme, night by night, and compare with what plain SQL says of the orders. The club stays."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        progress = Progress(self._write, terminal=self.stdout.isatty())
        try:
            result = club.replay(actor=Actor.system("check_points"), progress=progress)
        except (club.AlreadyReplayed, club.NothingToReplay) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n" + tally_table(result.tallies, dry_run=False))
        self.stdout.write("\n" + check_table(result.checks))
        if not result.holds:
            raise CommandError("The ledger does not say what the orders say.")
        self.stdout.write("Points add up.")

    def _write(self, text: str) -> None:
        self.stdout.write(text, ending="")
        self.stdout.flush()
