from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0007_blocked_customers_are_found"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="referrals_count",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="customer",
            name="referred_customers",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
    ]
