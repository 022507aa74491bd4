from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [  # noqa: RUF012
        ("core", "0021_things_in_the_bin"),
    ]

    operations = [  # noqa: RUF012
        migrations.AlterModelOptions(
            name="periodicrun",
            options={"verbose_name": "periodic job", "verbose_name_plural": "periodic jobs"},
        ),
    ]
