from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0005_birthdays"),
        ("integrations", "0005_webhooks"),
        ("promotions", "0019_distributions"),
    ]

    operations = [
        migrations.AddField(
            model_name="publicationrun",
            name="gathered_up_to",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="publicationrun",
            name="is_gathered",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="publicationrun",
            name="join_once",
            field=models.BooleanField(
                default=True, help_text="Who has a code of the campaign gets no other."
            ),
        ),
        migrations.AddField(
            model_name="publicationrun",
            name="stopped_because",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddIndex(
            model_name="publicationrun",
            index=models.Index(
                condition=models.Q(("state", "RUNNING")), fields=["id"], name="publication_run_at_work"
            ),
        ),
    ]
