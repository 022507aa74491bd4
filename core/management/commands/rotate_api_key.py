from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.actors import Actor
from core.models import ApiKey
from core.services import api_keys


class Command(BaseCommand):
    help = "Issue a new token for an API key and print it, once. The old token works for another 24 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="the key's id, as callers send it")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        key = ApiKey.objects.filter(app_id=options["id"]).first()
        if key is None:
            raise CommandError(f"There is no key with id {options['id']}.")
        issued = api_keys.rotate(key_id=key.pk, actor=Actor.system("rotate_api_key"), now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps({"id": key.app_id, "token": issued.token, "kind": key.kind}))
            return
        self.stdout.write(f"id:    {key.app_id}\ntoken: {issued.token}")
