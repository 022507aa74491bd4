import django.db.models.deletion
from django.db import migrations, models

import core.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0002_order_returned"),
        ("promotions", "0012_lifecycle"),
    ]

    operations = [
        migrations.CreateModel(
            name="CampaignTemplate",
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
                        editable=False, length=24, max_length=64, prefix="tmpl", unique=True
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("description", models.TextField(blank=True, default="")),
                (
                    "campaign_type",
                    models.CharField(
                        choices=[("DISCOUNT_COUPONS", "Discount"), ("GIFT_VOUCHERS", "Gift cards")],
                        max_length=24,
                        verbose_name="kind",
                    ),
                ),
                ("content", models.JSONField(decoder=core.models.base.ExactJSONDecoder, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="Variation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False, null=True)),
                ("position", models.PositiveIntegerField()),
                ("cells", models.JSONField(default=dict)),
            ],
        ),
        migrations.AddIndex(
            model_name="campaigntemplate",
            index=models.Index(fields=["-created_at", "-id"], name="campaign_template_newest"),
        ),
        migrations.AddConstraint(
            model_name="campaigntemplate",
            constraint=models.UniqueConstraint(fields=("name",), name="campaign_template_name_once"),
        ),
        migrations.AddField(
            model_name="variation",
            name="campaign",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="variation",
                to="promotions.campaign",
            ),
        ),
        migrations.AddField(
            model_name="variation",
            name="parent",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="variations",
                to="promotions.campaign",
            ),
        ),
        migrations.AddConstraint(
            model_name="variation",
            constraint=models.UniqueConstraint(fields=("parent", "position"), name="variation_place_once"),
        ),
        migrations.AddConstraint(
            model_name="variation",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("campaign")), _negated=True),
                name="variation_of_another",
            ),
        ),
    ]
