from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import words
from core.actors import Actor
from promotions.selectors import reconcile
from promotions.selectors.reconcile import names
from promotions.services import nightly_proof, reconciliation


class Command(BaseCommand):
    help = (
        "Prove that counters, balances and holds say what their rows say, beside the running shop. Names "
        "each difference with what is stored, what the rows say, and the newest rows concerned; fails if "
        "there is one. Changes nothing without --repair."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only",
            nargs="+",
            choices=names(),
            default=names(),
            metavar="NAME",
            help=f"of {', '.join(names())}",
        )
        parser.add_argument(
            "--repair",
            action="store_true",
            help="set counters to what their rows say; ledgers and other facts stay as they are",
        )
        parser.add_argument("--limit", type=int, default=50, help="how many differences to name (50)")

    def handle(self, *args: Any, **options: Any) -> None:
        only, limit, now = options["only"], max(0, options["limit"]), timezone.now()
        actor = Actor.system("reconcile")
        found = list(reconcile.differences(now=now, only=only))
        if options["repair"] and found:
            for done in reconciliation.repair(found, actor=actor, now=now):
                said = f"not repaired, {done.refusal}" if done.refusal else "repaired"
                self.stdout.write(f"{said}: {done.difference}")
            found = list(reconcile.differences(now=now, only=only))
        if set(only) == set(names()):
            nightly_proof.note(found, actor=actor, now=now)
        for difference in found[:limit]:
            self.stderr.write(f"{difference.check}: {difference}")
        if found:
            raise CommandError(f"{words.count(len(found), 'difference')} found.")
        self.stdout.write("Everything says what its rows say.")
