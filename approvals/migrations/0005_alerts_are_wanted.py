"""Who chose before there were alerts did not mean to miss them."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_NEW = ["ALERT", "ALERT_OVER"]


def want(apps: Any, schema_editor: Any) -> None:
    for row in apps.get_model("approvals", "NotificationSettings").objects.all():
        row.by_mail = sorted({*row.by_mail, *_NEW})
        row.in_app = sorted({*row.in_app, *_NEW})
        row.save(update_fields=["by_mail", "in_app"])


def forget(apps: Any, schema_editor: Any) -> None:
    for row in apps.get_model("approvals", "NotificationSettings").objects.all():
        row.by_mail = [kind for kind in row.by_mail if kind not in _NEW]
        row.in_app = [kind for kind in row.in_app if kind not in _NEW]
        row.save(update_fields=["by_mail", "in_app"])


class Migration(migrations.Migration):
    dependencies = [("approvals", "0004_notifications_of_other_things")]

    operations = [migrations.RunPython(want, forget)]
