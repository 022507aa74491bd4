from __future__ import annotations

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Reads all codes without stopping anybody who writes some."""

    dependencies = [("promotions", "0025_loyalty_kinds_and_rewards")]

    operations = [
        ValidateConstraint(model_name="voucher", name="voucher_gift_fits_type"),
        ValidateConstraint(model_name="voucher", name="voucher_card_of_a_programme"),
    ]
