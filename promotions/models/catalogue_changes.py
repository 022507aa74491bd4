from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Func
from django.db.models.functions import Now


class TransactionIdField(models.Field):  # type: ignore[type-arg]
    """`xid8` of PostgreSQL: the number of a transaction, never used twice. An int in Python."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else str(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)


class CurrentTransactionId(Func):
    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionIdField()


class CatalogueChange(models.Model):
    """Something that decides who may use which incentive was changed by transaction `xid`.

    Written only by triggers of the database (migration 0006), so that no way of changing a row can forget it:
    services, admin, bulk statements, hands. Read by `selectors.catalogue_feed`; old rows are pruned, and the
    newest transaction among them stays behind as one PRUNED row.
    """

    class Kind(models.TextChoices):
        VOUCHER = "voucher", "Code that everybody may use"
        PROMOTION_TIER = "promotion_tier", "Promotion tier"
        CAMPAIGN = "campaign", "Campaign"
        CATEGORY = "category", "Category"
        VALIDATION_RULE = "validation_rule", "Validation rule"
        EVERYTHING = "everything", "A table was emptied"
        PRUNED = "pruned", "Rows up to this transaction are gone"

    kind = models.CharField(max_length=16, choices=Kind)
    object_id = models.BigIntegerField(help_text="Primary key of the row; 0 without one.")
    xid = TransactionIdField(db_default=CurrentTransactionId())
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (models.Index(fields=["xid"], name="catalogue_change_xid"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
