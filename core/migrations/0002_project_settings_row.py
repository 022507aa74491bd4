from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

from core.ids import new_id


def make_row(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    settings = apps.get_model("core", "ProjectSettings")
    settings.objects.get_or_create(pk=1, defaults={"public_id": new_id("proj"), "created_at": timezone.now()})


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunPython(make_row, migrations.RunPython.noop)]
