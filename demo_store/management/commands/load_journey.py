from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from core.actors import Actor
from demo_store.journey.clock import shift_to
from demo_store.journey.report import Progress, check_table, outcome_lines, tally_table
from demo_store.journey.run import AlreadyLoaded, run
from demo_store.journey.source import DataSetMissing, ParquetSource


class Command(BaseCommand):
    help = (
        "Load a year of a real grocery chain (the Complete Journey): customers, products, campaigns with "
        "coupons, paid orders; then redeem what was redeemed. Safe to repeat and to interrupt."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--shift-to-now",
            action="store_true",
            help="Move all dates by whole weeks, so that the last day is one of the seven before today.",
        )
        parser.add_argument(
            "--limit-households", type=int, metavar="N", help="Load only the first N of the 2,469 households."
        )
        parser.add_argument("--dry-run", action="store_true", help="Read and count, write nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        dry_run = options["dry_run"]
        limit = options["limit_households"]
        if limit is not None and limit < 1:
            raise CommandError("--limit-households takes a number above zero.")
        self._prepare_database(dry_run=dry_run)
        try:
            result = run(
                source=ParquetSource(),
                actor=Actor.system("load_journey"),
                now=now,
                progress=Progress(self._write, terminal=self.stdout.isatty()),
                shift=shift_to(now) if options["shift_to_now"] else None,
                limit_households=limit,
                dry_run=dry_run,
            )
        except (AlreadyLoaded, DataSetMissing) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n" + tally_table(result.tallies, dry_run=dry_run))
        self.stdout.write("\n" + "\n".join(outcome_lines(result.outcomes)))
        if dry_run:
            self.stdout.write("\nNothing was written.")
            return
        self.stdout.write("\n" + check_table(result.checks))
        if not result.holds:
            raise CommandError("The database does not say what the data set says.")

    def _write(self, text: str) -> None:
        self.stdout.write(text, ending="")
        self.stdout.flush()

    def _prepare_database(self, *, dry_run: bool) -> None:
        if not dry_run:
            call_command("migrate", interactive=False, verbosity=0)
            return
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError(
                "The database is not migrated yet: run `manage.py migrate`, or leave out --dry-run."
            )
