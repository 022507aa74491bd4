import django.db.models.deletion
from django.db import migrations, models

import core.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("promotions", "0005_category_stacking_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="PromotionStack",
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
                        editable=False, length=24, max_length=64, prefix="stack", unique=True
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stacks",
                        to="promotions.campaign",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="stacks",
                        to="promotions.category",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-created_at", "-id"], name="stack_newest")],
            },
        ),
        migrations.CreateModel(
            name="StackedTier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "stack",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stacked_tiers",
                        to="promotions.promotionstack",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stacked_tiers",
                        to="promotions.promotiontier",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("stack", "position"), name="stacked_tier_one_a_place"),
                    models.UniqueConstraint(fields=("stack", "tier"), name="stacked_tier_once_a_stack"),
                    models.CheckConstraint(
                        condition=models.Q(("position__range", (1, 30))), name="stacked_tier_position_1_to_30"
                    ),
                ],
            },
        ),
    ]
