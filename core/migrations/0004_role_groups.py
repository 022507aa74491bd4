from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAMES = ("Admin", "User", "Merchant", "Viewer")


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The roles that people are given by membership (core.admin.base)."""
    for name in NAMES:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [  # noqa: RUF012
        ("core", "0003_project_stacking_rules"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]  # noqa: RUF012
