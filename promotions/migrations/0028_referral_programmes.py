import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("promotions", "0027_distributions_about_points"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="referral",
            field=models.JSONField(
                blank=True,
                help_text="How a referral programme works: {conversion_event_type, referee_reward, delay_days, …}.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="holder",
            name="metadata",
            field=models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                encoder=django.core.serializers.json.DjangoJSONEncoder,
            ),
        ),
        migrations.AlterField(
            model_name="campaign",
            name="campaign_type",
            field=models.CharField(
                choices=[
                    ("DISCOUNT_COUPONS", "Discount coupons"),
                    ("PROMOTION", "Promotion (applied without a code)"),
                    ("GIFT_VOUCHERS", "Gift cards"),
                    ("LOYALTY_PROGRAM", "Loyalty programme"),
                    ("REFERRAL_PROGRAM", "Referral programme"),
                ],
                max_length=24,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("campaign_type", "REFERRAL_PROGRAM"),
                        ("discount__isnull", False),
                        ("referral__isnull", False),
                        models.Q(("type", "STANDALONE"), _negated=True),
                    ),
                    models.Q(
                        models.Q(("campaign_type", "REFERRAL_PROGRAM"), _negated=True),
                        ("referral__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="campaign_referral_fits_kind",
            ),
        ),
    ]
