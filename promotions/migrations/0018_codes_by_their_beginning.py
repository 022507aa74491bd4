"""Let the index that keeps codes apart also find them by their beginning, without stopping the shop."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    # An index is built beside running redemptions only outside a transaction.
    atomic = False

    dependencies: ClassVar = [("promotions", "0017_areas_and_stores")]

    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    # The first line takes away what an interrupted run left.
                    sql=[
                        "DROP INDEX CONCURRENTLY IF EXISTS voucher_code_key_once",
                        "CREATE UNIQUE INDEX CONCURRENTLY voucher_code_key_once "
                        "ON promotions_voucher (code_key varchar_pattern_ops) WHERE released_at IS NULL",
                        "DROP INDEX CONCURRENTLY IF EXISTS voucher_code_once",
                    ],
                    reverse_sql=[
                        "DROP INDEX CONCURRENTLY IF EXISTS voucher_code_once",
                        "CREATE UNIQUE INDEX CONCURRENTLY voucher_code_once "
                        "ON promotions_voucher (code_key) WHERE released_at IS NULL",
                        "DROP INDEX CONCURRENTLY IF EXISTS voucher_code_key_once",
                    ],
                )
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="voucher", name="voucher_code_once"),
                migrations.AddConstraint(
                    model_name="voucher",
                    constraint=models.UniqueConstraint(
                        fields=["code_key"],
                        condition=models.Q(released_at=None),
                        name="voucher_code_key_once",
                        opclasses=["varchar_pattern_ops"],
                    ),
                ),
            ],
        )
    ]
