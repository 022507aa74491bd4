from __future__ import annotations

from io import StringIO
from random import Random
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from core import project
from core.actors import Actor
from core.services import project as project_service
from demo_store.seed import (
    areas,
    budgets,
    catalogue,
    collisions,
    conditions,
    gift_cards,
    governance,
    history,
    loyalty,
    messages,
    offers,
    people,
    publications,
    templates,
    webhooks,
)
from promotions.models import Campaign


class Command(BaseCommand):
    help = "Fill an empty project with the demo shop. Where campaigns exist, nothing is changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if Campaign.objects.exists():
            self.stdout.write("There are campaigns already: nothing to do.")
            return
        if options["dry_run"]:
            self.stdout.write("Would load the demo shop: products, customers, campaigns, 45 days of orders.")
            return
        now = timezone.now()
        actor = Actor.system("seed_demo")
        # The same shop on every machine; only the dates follow the calendar.
        random = Random(20261124)
        with transaction.atomic():
            _name_project(actor, now)
            today = now.astimezone(project.current().zone).replace(hour=0, minute=0, second=0, microsecond=0)
            catalogue.load(actor=actor, now=now)
            shoppers = people.load(random=random, actor=actor, now=now)
            offers.load(today=today, actor=actor)
            conditions.load(today=today, actor=actor)
            budgets.load(today=today, actor=actor)
            gift_cards.load(today=today, actor=actor)
            loyalty.load(people=shoppers, today=today, actor=actor)
            history.load(people=shoppers, today=today, now=now, random=random, actor=actor)
            conditions.load_uses(people=shoppers, today=today, actor=actor)
            gift_cards.load_uses(people=shoppers, today=today, actor=actor)
            loyalty.load_uses(today=today, now=now, actor=actor)
            publications.load(people=shoppers, now=now, actor=actor)
            areas.load(today=today, now=now, actor=actor)
            templates.load(today=today, now=now, actor=actor)
            messages.load(now=now, actor=actor)
            webhooks.load(now=now, actor=actor)
            governance.load(now=now, actor=actor)
            collisions.load(today=today, now=now, actor=actor)
        # A neighbour's: what it marks on the calendar, and what collides there.
        call_command("seed_calendar")
        call_command("refresh_conflicts", stdout=StringIO())
        self.stdout.write(self.style.SUCCESS("The demo shop is open."))


def _name_project(actor: Actor, now: Any) -> None:
    changes = {"name": catalogue.SHOP_NAME, "currency": "EUR", "time_zone": "Europe/Warsaw"}
    changes["cost_field"] = catalogue.COST_FIELD
    project_service.update(changes=changes, actor=actor, now=now)
