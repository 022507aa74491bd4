import django.db.models.deletion
from django.db import migrations, models

import core.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
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
                        editable=False, length=24, max_length=64, prefix="exp", unique=True
                    ),
                ),
                ("exported_object", models.CharField(max_length=64)),
                ("parameters", models.JSONField(decoder=core.models.base.ExactJSONDecoder, default=dict)),
                ("scope", models.JSONField(default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("SCHEDULED", "Waiting"),
                            ("IN_PROGRESS", "Running"),
                            ("DONE", "Done"),
                            ("ERROR", "Failed"),
                        ],
                        default="SCHEDULED",
                        max_length=16,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("rows_count", models.PositiveBigIntegerField(default=0, verbose_name="rows")),
                ("size_bytes", models.PositiveBigIntegerField(default=0)),
                ("failure", models.CharField(blank=True, default="", max_length=200)),
                ("actor_kind", models.CharField(max_length=16)),
                ("actor_id", models.CharField(max_length=100)),
                ("actor_label", models.CharField(max_length=200, verbose_name="asked for by")),
                ("actor_role", models.CharField(max_length=32)),
                ("channel", models.CharField(max_length=32)),
                ("request_id", models.CharField(blank=True, default="", max_length=40)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("deleted_at", models.DateTimeField(null=True, verbose_name="file removed")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="export_newest"),
                    models.Index(
                        condition=models.Q(("status__in", ["SCHEDULED", "IN_PROGRESS"])),
                        fields=["id"],
                        name="export_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at", None), ("status__in", ["SCHEDULED", "IN_PROGRESS"])),
                            models.Q(("finished_at__isnull", False), ("status__in", ["DONE", "ERROR"])),
                            _connector="OR",
                        ),
                        name="integrations_export_finished_fits_status",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportChunk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                (
                    "export",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        to="integrations.export",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("export", "number"), name="integrations_export_chunk_once"
                    )
                ],
            },
        ),
    ]
