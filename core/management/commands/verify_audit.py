from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import audit
from core.models import AuditEntry


class Command(BaseCommand):
    help = "Walk the chain of seals. Fails when an entry was changed, added or removed after its seal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=20, help="how many broken entries to name")

    def handle(self, *args: Any, **options: Any) -> None:
        broken = list(audit.broken_links())
        sealed = AuditEntry.objects.exclude(digest="").count()
        waiting = AuditEntry.objects.filter(digest="").count()
        for pk in broken[: options["limit"]]:
            self.stderr.write(f"entry {pk}: its seal does not follow from its facts and the entry before it")
        if broken:
            raise CommandError(f"{len(broken)} of {sealed} sealed entries are broken.")
        self.stdout.write(f"{sealed} sealed entries hold; {waiting} wait for their seal.")
