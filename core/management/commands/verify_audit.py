from __future__ import annotations

import re
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import words
from core.actors import Actor
from core.services import audit_verification
from core.services.audit_verification import Expected


def expected(text: str) -> Expected:
    """`12:9f86d0…` as the log wrote it down."""
    found = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text)
    if found is None:
        raise ArgumentTypeError("NUMBER:DIGEST is expected, with 64 hexadecimal digits.")
    return Expected(number=int(found[1]), digest=found[2])


class Command(BaseCommand):
    help = (
        "Prove that sealed rows (the audit log, redemptions, ledgers, versions) say what they said when they "
        "were sealed, beside the running shop. Names each row that was changed, removed or inserted, and "
        "fails if there is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect",
            type=expected,
            metavar="NUMBER:DIGEST",
            help="a seal as it was written into the log: proves that the end was not cut off and sealed anew",
        )
        parser.add_argument("--limit", type=int, default=50, help="how many findings to name (50)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        done = audit_verification.verify(now=now, expected=options["expect"])
        audit_verification.note(done, actor=Actor.system("verify_audit"), now=now)
        for finding in done.findings[: max(0, options["limit"])]:
            self.stderr.write(str(finding))
        proven = f"{words.count(done.rows_count, 'row')} under {words.count(done.seals_count, 'seal')}"
        if done.findings:
            raise CommandError(f"{words.count(len(done.findings), 'finding')} in {proven}.")
        end = f"; the newest is {done.number}:{done.digest}" if done.digest else ""
        self.stdout.write(f"{proven} say what they said{end}.")
