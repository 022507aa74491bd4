from django.db import migrations, models

import core.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_oauth_events_branding_invitations"),
    ]

    operations = [
        migrations.CreateModel(
            name="BinEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    core.models.base.PublicIdField(
                        editable=False, length=18, max_length=64, prefix="tbe", unique=True
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="deleted at")),
                ("deleted_by_user_id", models.CharField(blank=True, default="", max_length=64)),
                ("deleted_by", models.CharField(blank=True, default="", max_length=255)),
                (
                    "resource_type",
                    models.CharField(
                        choices=[
                            ("campaign", "Campaign"),
                            ("voucher", "Code"),
                            ("product", "Product"),
                            ("sku", "SKU"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("resource_id", models.CharField(max_length=64)),
                (
                    "resource_name",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="name"),
                ),
                ("resource_parent_id", models.CharField(blank=True, default="", max_length=64)),
            ],
            options={
                "verbose_name": "thing in the bin",
                "verbose_name_plural": "bin",
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="bin_entry_newest"),
                    models.Index(fields=["resource_parent_id"], name="bin_entry_parent"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("resource_type", "resource_id"), name="bin_entry_once")
                ],
            },
        ),
    ]
