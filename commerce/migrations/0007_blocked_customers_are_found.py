"""The list of who is blocked, and no reason without a block; made while the table is in use."""

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("commerce", "0006_blocked_customers"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                fields=["-id"], name="customer_blocked", condition=models.Q(blocked_at__isnull=False)
            ),
        ),
        AddConstraintNotValid(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(blocked_at__isnull=False) | models.Q(blocked_reason=""),
                name="commerce_customer_blocked_for_a_reason",
            ),
        ),
        ValidateConstraint(model_name="customer", name="commerce_customer_blocked_for_a_reason"),
    ]
