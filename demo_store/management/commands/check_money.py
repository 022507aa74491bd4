from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.actors import Actor
from demo_store.journey import money_checks


class Command(BaseCommand):
    help = (
        "Prove on the data of the Complete Journey that money adds up: repeat its redemptions with their "
        "idempotency keys (nothing may change), then take random parts of its orders back (undone after)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--returns", type=int, default=500, metavar="N", help="How many partial returns.")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--keep", action="store_true", help="Keep the returns.")

    def handle(self, *args: Any, **options: Any) -> None:
        repeated = money_checks.repeat(Actor.system("load_journey"))
        self.stdout.write(f"{repeated.calls} redemptions repeated, {len(repeated.unlike)} answered anew")
        self.stdout.write(f"tables that changed: {', '.join(repeated.changed) or 'none'}")
        returned = money_checks.give_back(
            Actor.system("check_money"), count=options["returns"], seed=options["seed"], keep=options["keep"]
        )
        self.stdout.write(
            f"{returned.returns} returns of {returned.orders} orders, {returned.complete} came back whole: "
            f"{returned.refunded / 100:,.2f} of {returned.paid / 100:,.2f} paid back"
        )
        for line in [*repeated.unlike[:10], *returned.wrong[:10]]:
            self.stderr.write(line)
        if not (repeated.holds and returned.holds):
            raise CommandError("Money does not add up, or the journey is not loaded (make journey).")
        self.stdout.write("Money adds up.")
