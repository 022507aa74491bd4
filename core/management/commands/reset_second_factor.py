from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.actors import Actor
from core.services import second_factors


class Command(BaseCommand):
    help = "For the last administrator who lost phone and backup codes: the password alone is enough again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"There is nobody called {options['username']}.")
        try:
            second_factors.reset(
                user_id=person.pk, actor=Actor.system("reset_second_factor"), now=timezone.now()
            )
        except second_factors.NotEnrolled as error:
            raise CommandError(error.details) from error
        self.stdout.write(f"The second step of {person} is reset.")
