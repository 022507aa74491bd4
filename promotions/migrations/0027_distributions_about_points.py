from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("promotions", "0026_check_loyalty_kinds")]

    operations = [
        migrations.AlterField(
            model_name="distribution",
            name="trigger",
            field=models.CharField(
                blank=True,
                choices=[
                    ("customer.segment.entered", "A customer enters the segment"),
                    ("customer.segment.left", "A customer leaves the segment"),
                    ("customer.order.created", "An order is created"),
                    ("customer.order.paid", "An order is paid"),
                    ("customer.order.canceled", "An order is canceled"),
                    ("publication.succeeded", "A customer gets a code"),
                    ("redemption.succeeded", "A code or promotion is redeemed"),
                    ("redemption.rollback.succeeded", "A redemption is rolled back"),
                    ("customer.custom_event", "A custom event"),
                    ("customer.rewarded.loyalty_points", "A customer earns points"),
                    ("voucher.loyalty_card.points_expiring_soon", "Points end soon"),
                    ("customer.loyalty.tier.joined", "A customer reaches a first loyalty tier"),
                    ("customer.loyalty.tier.upgraded", "A customer rises to a higher loyalty tier"),
                    ("customer.loyalty.tier.downgraded", "A customer falls to a lower loyalty tier"),
                    ("customer.loyalty.tier.left", "A customer loses the loyalty tier"),
                ],
                default="",
                help_text="Empty: by hand, once.",
                max_length=64,
                verbose_name="starts when",
            ),
        ),
    ]
