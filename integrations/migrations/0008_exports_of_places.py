from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0007_where_who_asked_works"),
    ]

    operations = [
        migrations.AddField(
            model_name="export",
            name="actor_places",
            field=models.JSONField(null=True),
        ),
        migrations.AlterModelOptions(
            name="webhookdelivery",
            options={"verbose_name": "webhook message"},
        ),
        migrations.AlterModelOptions(
            name="webhookmessage",
            options={
                "verbose_name": "event for webhooks",
                "verbose_name_plural": "events for webhooks",
            },
        ),
    ]
