from __future__ import annotations

from argparse import ArgumentParser
from contextlib import ExitStack
from random import Random
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from core.actors import Actor
from demo_store.qualifying import promotions, stock
from demo_store.qualifying.report import lines
from demo_store.qualifying.run import Report, run


class Command(BaseCommand):
    help = (
        "Compare qualifications of random stored baskets, in every scenario, with judging all redeemables "
        "one by one. Fails when an answer differs. Changes nothing, also with --promotions, but with --keep."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--baskets", type=int, default=1000, help="how many to ask about (1000)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same baskets (1)")
        parser.add_argument(
            "--promotions",
            type=int,
            default=0,
            metavar="N",
            help="First make N redeemables with random rules, and take them back in the end.",
        )
        parser.add_argument(
            "--keep",
            action="store_true",
            help="Leave what was made. Quicker, for a database that is thrown away: what other transactions "
            "committed is looked at once, what the own one changed at every question.",
        )
        parser.add_argument(
            "--quick",
            action="store_true",
            help="Of the scenarios that ask only some rules, one a basket, in turn.",
        )
        parser.add_argument("--limit", type=int, default=50, help="how many differences to name (50)")

    def handle(self, *args: Any, **options: Any) -> None:
        random, actor = Random(options["seed"]), Actor.system("check_qualifications")
        with ExitStack() as until_the_end:
            if not options["keep"]:
                until_the_end.enter_context(transaction.atomic())
            if options["promotions"] > 0:
                self._make(options["promotions"], random, actor)
            report = run(
                count=options["baskets"],
                random=random,
                actor=actor,
                is_quick=options["quick"],
                progress=self._progress,
            )
            if not options["keep"]:
                transaction.set_rollback(True)
        if not report.baskets:
            raise CommandError("No order is stored to ask about.")
        self.stdout.write("\n".join(lines(report)))
        for found in report.found[: max(0, options["limit"])]:
            self.stderr.write(str(found))
        if report.found:
            raise CommandError(f"{len(report.found)} differences.")
        self.stdout.write("All answers are equal.")

    @transaction.atomic
    def _make(self, count: int, random: Random, actor: Actor) -> None:
        try:
            there = stock.sample(random)
        except stock.NothingStored as error:
            raise CommandError(str(error)) from error
        made = promotions.make(count=count, random=random, stock=there, actor=actor, now=timezone.now())
        kinds = ", ".join(f"{number} {name}" for name, number in sorted(made.redeemables.items()))
        self.stdout.write(f"Made for this check: {kinds}; {made.rules} rules.")

    def _progress(self, report: Report) -> None:
        if report.baskets % 100 == 0:
            self.stdout.write(f"{report.baskets} baskets, {len(report.found)} differences")
            self.stdout.flush()
