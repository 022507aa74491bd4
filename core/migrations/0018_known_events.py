from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [  # noqa: RUF012
        ("core", "0017_events_of_customers"),
    ]

    operations = [  # noqa: RUF012
        migrations.AlterModelOptions(
            name="customeventschema",
            options={"verbose_name": "known event", "verbose_name_plural": "known events"},
        ),
    ]
