"""What happened to one customer is found by an index, built while the table is in use."""

from __future__ import annotations

import django.db.models.expressions
import django.db.models.fields.json
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [  # noqa: RUF012
        ("core", "0016_when_it_was_assigned"),
    ]

    operations = [  # noqa: RUF012
        AddIndexConcurrently(
            model_name="outboxevent",
            index=models.Index(
                django.db.models.fields.json.KT("payload__customer_id"),
                django.db.models.expressions.OrderBy(
                    django.db.models.expressions.F("created_at"), descending=True
                ),
                django.db.models.expressions.OrderBy(django.db.models.expressions.F("id"), descending=True),
                condition=models.Q(("payload__has_key", "customer_id")),
                name="outbox_of_customer",
            ),
        ),
    ]
