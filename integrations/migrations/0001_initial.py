import django.core.serializers.json
from django.db import migrations, models

import core.models.base


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AsyncAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False, null=True)),
                (
                    "public_id",
                    core.models.base.PublicIdField(
                        editable=False, length=18, max_length=64, prefix="aa", unique=True
                    ),
                ),
                ("type", models.CharField(max_length=64)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ENQUEUED", "Waiting"),
                            ("IN_PROGRESS", "Running"),
                            ("DONE", "Done"),
                            ("FAILED", "Failed"),
                        ],
                        default="ENQUEUED",
                        max_length=16,
                    ),
                ),
                (
                    "operation_status",
                    models.CharField(
                        choices=[("UNKNOWN", "Not known yet"), ("SUCCESS", "Success"), ("FAILED", "Failed")],
                        default="UNKNOWN",
                        max_length=16,
                    ),
                ),
                ("progress", models.PositiveSmallIntegerField(default=0, help_text="Percent.")),
                ("processing_time", models.PositiveBigIntegerField(default=0, help_text="In milliseconds.")),
                (
                    "params",
                    models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                ),
                ("body", models.TextField(blank=True, default="", editable=False)),
                ("rows_count", models.PositiveIntegerField(default=0)),
                ("position", models.PositiveIntegerField(default=0)),
                ("done_count", models.PositiveIntegerField(default=0)),
                ("failed_count", models.PositiveIntegerField(default=0)),
                (
                    "result",
                    models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True),
                ),
                ("actor_kind", models.CharField(max_length=16)),
                ("actor_id", models.CharField(max_length=100)),
                ("actor_label", models.CharField(max_length=200)),
                ("actor_role", models.CharField(max_length=32)),
                ("channel", models.CharField(max_length=32)),
                ("request_id", models.CharField(blank=True, default="", max_length=40)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "background job",
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="async_action_newest"),
                    models.Index(
                        condition=models.Q(("status__in", ["ENQUEUED", "IN_PROGRESS"])),
                        fields=["type", "id"],
                        name="async_action_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("progress__lte", 100)), name="integrations_async_action_progress"
                    )
                ],
            },
        ),
    ]
