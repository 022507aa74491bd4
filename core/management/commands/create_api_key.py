from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from core.actors import Actor
from core.models import ApiKey
from core.services import api_keys


class Command(BaseCommand):
    help = "Make an API key and print its id and token. The token is shown here and never again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="who will use the key")
        parser.add_argument("--kind", choices=ApiKey.Kind.values, default=ApiKey.Kind.SERVER.value)
        parser.add_argument("--role", choices=ApiKey.KeyRole.values, default=ApiKey.KeyRole.ADMIN.value)
        parser.add_argument(
            "--origin",
            action="append",
            default=[],
            help="client keys: an origin that may use it (repeatable)",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        issued = api_keys.create(
            name=options["name"],
            kind=options["kind"],
            role=options["role"],
            allowed_origins=options["origin"],
            actor=Actor.system("create_api_key"),
            now=timezone.now(),
        )
        if options["json"]:
            self.stdout.write(
                json.dumps({"id": issued.key.app_id, "token": issued.token, "kind": issued.key.kind})
            )
            return
        self.stdout.write(f"id:    {issued.key.app_id}\ntoken: {issued.token}")
