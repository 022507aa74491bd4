from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [  # noqa: RUF012
        ("core", "0018_known_events"),
    ]

    operations = [  # noqa: RUF012
        migrations.CreateModel(
            name="ChannelMinute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("minute", models.DateTimeField()),
                ("app_id", models.CharField(blank=True, max_length=64)),
                (
                    "work",
                    models.CharField(
                        choices=[
                            ("VALIDATION", "Validations"),
                            ("REDEMPTION", "Redemptions"),
                            ("OTHER", "Everything else"),
                        ],
                        max_length=16,
                    ),
                ),
                ("calls", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("client_errors", models.PositiveIntegerField(default=0)),
                ("server_errors", models.PositiveIntegerField(default=0)),
                ("slowest", models.PositiveIntegerField(default=0, verbose_name="slowest, in milliseconds")),
                (
                    "took",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(), size=None
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("minute", "app_id", "work"), name="channel_minute_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PeriodicRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("task", models.CharField(max_length=120, unique=True)),
                ("since", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("succeeded_at", models.DateTimeField(null=True)),
                ("worked_at", models.DateTimeField(null=True)),
                ("milliseconds", models.PositiveIntegerField(default=0)),
                ("dealt_with", models.BigIntegerField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "verbose_name": "periodic job",
                "verbose_name_plural": "periodic work",
            },
        ),
    ]
