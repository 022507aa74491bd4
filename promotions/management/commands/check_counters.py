from __future__ import annotations

from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from promotions.selectors import counters


class Command(BaseCommand):
    help = (
        "Add up the uses of codes and tiers and the summaries of customers again, from redemptions, "
        "rollbacks and orders. Fails when a counter says something else. Changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=50, help="how many differences to name (50)")

    def handle(self, *args: Any, **options: Any) -> None:
        found = counters.differences()
        count = 0
        for difference in islice(found, max(0, options["limit"])):
            count += 1
            self.stderr.write(
                f"{difference.noun} {difference.public_id}: {difference.counter} is {difference.stored}, "
                f"the rows say {difference.counted}"
            )
        count += sum(1 for _ in found)
        if count:
            raise CommandError(f"{count} counters differ from their rows.")
        self.stdout.write("All counters agree with their rows.")
