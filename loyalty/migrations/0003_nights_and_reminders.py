from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0002_points_worth"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProgrammeNight",
            fields=[
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="promotions.campaign",
                    ),
                ),
                ("settled_on", models.DateField()),
                ("position", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name="pointslot",
            name="reminded_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="pointslot",
            index=models.Index(
                condition=models.Q(
                    ("expires_on__isnull", False), ("remaining__gt", 0), ("reminded_at", None)
                ),
                fields=["campaign", "expires_on", "id"],
                name="points_lot_to_remind",
            ),
        ),
    ]
