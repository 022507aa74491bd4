from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0020_cost_field"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="binentry",
            options={
                "verbose_name": "thing in the bin",
                "verbose_name_plural": "things in the bin",
            },
        ),
    ]
