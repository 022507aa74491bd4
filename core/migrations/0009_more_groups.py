from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# New group -> the one that gives its members most of the same where the new one is not known.
NAMES = {"Administrator": "Admin", "Marketer": "User", "Support": "Viewer", "Reviewer": "Viewer"}


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Roles and a duty, given by membership (core.staff)."""
    for name in NAMES:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


def move_members(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Nobody loses his way in with the group that gave it."""
    groups = apps.get_model("auth", "Group").objects
    for name, older in NAMES.items():
        for group in groups.filter(name=name):
            groups.get_or_create(name=older)[0].user_set.add(*group.user_set.all())
            group.delete()


class Migration(migrations.Migration):
    dependencies = [  # noqa: RUF012
        ("core", "0008_roles_and_second_factor"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(make_groups, move_members)]  # noqa: RUF012
