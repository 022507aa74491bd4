"""Rules that a project begins with: tried codes that fail, and campaigns far above their own history."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.utils import timezone

_DESK = ["Administrator", "Marketer"]
USUAL = (
    {
        "name": "Many codes are tried in vain",
        "kind": "FAILED_CODES",
        "severity": "WARNING",
        "share": 50,
        "number": 100,
        "minutes": 10,
        "groups": _DESK,
    },
    {
        "name": "A campaign is redeemed far more than usual",
        "kind": "RATE",
        "severity": "WARNING",
        "direction": "MORE",
        "is_each": True,
        "share": 200,
        "hours": 2,
        "number": 20,
        "groups": _DESK,
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
    dependencies = [("insights", "0004_failed_codes")]

    operations = [migrations.RunPython(make_rules, migrations.RunPython.noop)]
