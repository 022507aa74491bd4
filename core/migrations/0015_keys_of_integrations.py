from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0014_event_interests"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="is_integration",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Server keys of tools that can only open addresses: may publish codes by GET.",
                verbose_name="of an integration",
            ),
        ),
    ]
