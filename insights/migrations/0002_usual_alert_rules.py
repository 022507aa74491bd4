"""The rules that a project begins with. People change them, switch them off, or delete them."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.utils import timezone

_OPS = ["Administrator"]
_DESK = ["Administrator", "Marketer"]
_MONEY = ["Administrator", "Marketer", "Finance"]
USUAL = (
    {"name": "A budget runs low", "kind": "BUDGET", "severity": "WARNING", "share": 80, "groups": _MONEY},
    {
        "name": "Redemptions are off their usual",
        "kind": "RATE",
        "severity": "WARNING",
        "share": 60,
        "hours": 2,
        "number": 20,
        "groups": _DESK,
    },
    {
        "name": "Many refusals",
        "kind": "REFUSALS",
        "severity": "WARNING",
        "share": 50,
        "number": 20,
        "minutes": 30,
        "groups": _DESK,
    },
    {
        "name": "A campaign ends with budget left",
        "kind": "ENDING",
        "severity": "INFO",
        "days": 3,
        "share": 50,
        "groups": _DESK,
    },
    {
        "name": "Nothing redeemed since the launch",
        "kind": "NO_REDEMPTION",
        "severity": "INFO",
        "hours": 24,
        "groups": _DESK,
    },
    {
        "name": "A process is silent",
        "kind": "SILENT",
        "severity": "CRITICAL",
        "minutes": 3,
        "remind_hours": 4,
        "groups": _OPS,
    },
    {
        "name": "Calls of an API key fail",
        "kind": "KEY_ERRORS",
        "severity": "WARNING",
        "share": 20,
        "number": 50,
        "minutes": 10,
        "groups": _OPS,
    },
)


def make_rules(apps: Any, schema_editor: Any) -> None:
    from core.ids import new_id

    rules = apps.get_model("insights", "AlertRule")
    now = timezone.now()
    for values in USUAL:
        if not rules.objects.filter(name=values["name"]).exists():
            rules.objects.create(public_id=new_id("alr"), created_at=now, **values)


class Migration(migrations.Migration):
    dependencies = [("insights", "0001_alerts")]

    operations = [migrations.RunPython(make_rules, migrations.RunPython.noop)]
