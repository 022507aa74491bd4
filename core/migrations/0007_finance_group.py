from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_group(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The duty of changing budgets, given by membership beside a role (core.admin.base)."""
    apps.get_model("auth", "Group").objects.get_or_create(name="Finance")


class Migration(migrations.Migration):
    dependencies = [  # noqa: RUF012
        ("core", "0006_idempotency_keys"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]  # noqa: RUF012
