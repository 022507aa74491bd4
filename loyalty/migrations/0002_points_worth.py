from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0001_initial"),
        ("promotions", "0026_check_loyalty_kinds"),
    ]

    operations = [
        migrations.CreateModel(
            name="PointsWorth",
            fields=[
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="points_worth",
                        serialize=False,
                        to="promotions.campaign",
                        verbose_name="programme",
                    ),
                ),
                ("points", models.PositiveBigIntegerField(default=1)),
                ("amount", models.PositiveBigIntegerField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "worth of points",
                "verbose_name_plural": "worth of points",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0), ("points__gte", 1)),
                        name="points_worth_per_points",
                    )
                ],
            },
        ),
    ]
