"""Customers may be blocked, for a reason."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0005_birthdays"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="blocked_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="blocked"),
        ),
        migrations.AddField(
            model_name="customer",
            name="blocked_reason",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=1000,
                verbose_name="why blocked",
            ),
        ),
    ]
