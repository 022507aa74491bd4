"""What a campaign's summary reads. Built beside the running tables: nobody waits for it."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("promotions", "0013_templates_and_variations"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="redemption",
            index=models.Index(
                fields=["campaign", "-redeemed_at", "-id"],
                include=[
                    "result",
                    "related_object_type",
                    "parent",
                    "order_amount",
                    "discount_amount",
                    "credits",
                ],
                name="redemption_of_campaign",
            ),
        ),
        RemoveIndexConcurrently(model_name="redemption", name="redemption_campaign_newest"),
        AddIndexConcurrently(
            model_name="redemption",
            index=models.Index(
                fields=["campaign"],
                condition=models.Q(("status", "ROLLED_BACK")),
                name="redemption_taken_back",
            ),
        ),
        AddIndexConcurrently(
            model_name="voucher",
            index=models.Index(
                fields=["campaign", "deleted_at"],
                condition=models.Q(("deleted_at__isnull", False)),
                name="voucher_deleted",
            ),
        ),
    ]
