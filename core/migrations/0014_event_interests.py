from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0013_areas_and_stores"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventInterest",
            fields=[
                ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
            ],
        ),
    ]
