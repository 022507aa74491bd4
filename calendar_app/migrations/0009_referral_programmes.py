import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calendar_app", "0008_pairs_not_compared"),
    ]

    operations = [
        migrations.AlterField(
            model_name="blackout",
            name="campaign_types",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("DISCOUNT_COUPONS", "Discount coupons"),
                        ("PROMOTION", "Promotion (applied without a code)"),
                        ("GIFT_VOUCHERS", "Gift cards"),
                        ("LOYALTY_PROGRAM", "Loyalty programme"),
                        ("REFERRAL_PROGRAM", "Referral programme"),
                    ],
                    max_length=24,
                ),
                blank=True,
                default=list,
            ),
        ),
    ]
