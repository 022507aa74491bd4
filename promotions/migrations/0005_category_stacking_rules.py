import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("promotions", "0004_validation_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="applicable_limit",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="How many discounts of this category one order may get. Empty: as the project says.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(10),
                ],
                verbose_name="applied at once",
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="no_effect_rule",
            field=models.CharField(
                blank=True,
                choices=[
                    ("REDEEM_ANYWAY", "Redeem even without any effect"),
                    ("SKIP", "Skip what has no effect"),
                ],
                db_default="",
                default="",
                help_text="What happens to a discount that would not change the order: use it up all the same, or leave it out. Empty: as the project says.",
                max_length=16,
                verbose_name="without effect",
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="calculation_mode",
            field=models.CharField(
                blank=True,
                choices=[
                    ("DISCOUNTED_AMOUNT", "On what is left to pay"),
                    ("INITIAL_AMOUNT", "On the amount before any discount"),
                ],
                db_default="",
                default="",
                help_text="What a percentage is taken of. Empty: as the project says.",
                max_length=24,
                verbose_name="discounts are calculated",
            ),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("applicable_limit", None), ("applicable_limit__range", (1, 10)), _connector="OR"
                ),
                name="category_applicable_limit_1_to_10",
            ),
        ),
    ]
