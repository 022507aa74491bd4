"""Indexes for segments about age and birthdays; built while the table is in use."""

import django.db.models.expressions
import django.db.models.functions.datetime
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("commerce", "0004_follow_customers"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(fields=["birthdate"], name="customer_birthdate"),
        ),
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                django.db.models.expressions.CombinedExpression(
                    django.db.models.expressions.CombinedExpression(
                        django.db.models.functions.datetime.ExtractMonth("birthdate"), "*", models.Value(100)
                    ),
                    "+",
                    django.db.models.functions.datetime.ExtractDay("birthdate"),
                ),
                name="customer_birthday",
            ),
        ),
    ]
