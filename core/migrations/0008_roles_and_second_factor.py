from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [  # noqa: RUF012
        ("core", "0007_finance_group"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [  # noqa: RUF012
        migrations.AddField(
            model_name="projectsettings",
            name="second_factor_required_for",
            field=models.CharField(
                choices=[
                    ("DECIDERS", "Administrators, and who decides about requests"),
                    ("STAFF", "Everybody who signs in here"),
                ],
                db_default="DECIDERS",
                default="DECIDERS",
                max_length=16,
                verbose_name="second step for",
            ),
        ),
        migrations.AddField(
            model_name="projectsettings",
            name="second_factor_required_from",
            field=models.DateField(
                blank=True,
                help_text="From this day on nobody concerned gets in without a code of an authenticator app. Who has none yet sets it up at the next sign-in. Empty: everybody decides for himself.",
                null=True,
                verbose_name="second step from",
            ),
        ),
        migrations.AlterField(
            model_name="apikey",
            name="role",
            field=models.CharField(
                choices=[
                    ("ADMIN", "Admin: everything"),
                    ("USER", "User: everything but settings"),
                    ("SUPPORT", "Support: read and export, explain, roll back"),
                    ("VIEWER", "Viewer: read and export"),
                    ("MERCHANT", "Merchant: validate, redeem, roll back"),
                ],
                default="ADMIN",
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False, null=True)),
                ("seed", models.CharField(editable=False, max_length=64)),
                ("last_step", models.BigIntegerField(default=0, editable=False)),
                ("failures", models.PositiveIntegerField(default=0, editable=False)),
                ("locked_until", models.DateTimeField(editable=False, null=True)),
                (
                    "user",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="second_factor",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="BackupCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code_hash", models.CharField(max_length=64)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "factor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="backup_codes",
                        to="core.secondfactor",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("factor", "code_hash"), name="core_backupcode_once")
                ],
            },
        ),
    ]
