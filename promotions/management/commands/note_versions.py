from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.actors import Actor
from promotions.selectors import versions as selectors
from promotions.services import versions


class Command(BaseCommand):
    help = (
        "Make a first version of the terms of everything that has none: what is older than versions, or was "
        "loaded past the services. May be stopped and begun again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; name what has no version or other terms than its newest one, and fail",
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if check:
            self._check()
            return
        made = sum(versions.note_missing(actor=Actor.system("note_versions"), now=timezone.now()))
        self.stdout.write(f"{made} versions made.")

    def _check(self) -> None:
        count = 0
        for one in selectors.drift():
            count += 1
            than = (
                "it has no version"
                if one.number is None
                else f"its terms are not those of version {one.number}"
            )
            self.stderr.write(f"{one.subject.label.lower()} {one.public_id}: {than}")
        if count:
            raise CommandError(f"{count} have no version, or other terms than their newest one.")
        self.stdout.write("Everything has the terms of its newest version.")
