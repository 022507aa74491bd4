from django.db import migrations


class Migration(migrations.Migration):
    """Words only: nothing changes in the database."""

    dependencies = [
        ("promotions", "0007_discounted_units"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="validationrule",
            options={"verbose_name": "conditions", "verbose_name_plural": "conditions"},
        ),
    ]
