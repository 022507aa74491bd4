"""Triggers that note every change which may decide who can use which incentive.

Not noted: what only counts uses (an ordinary redemption writes nothing here), and codes that are no incentive
for everybody: unique codes of a campaign, and codes that somebody holds.
"""

from __future__ import annotations

from collections.abc import Iterable

import django.db.models.functions.datetime
from django.db import migrations, models

import promotions.models.catalogue_changes

_LIMITS = (
    "starts_at",
    "ends_at",
    "timeframe_interval",
    "timeframe_duration",
    "days_of_week",
    "validity_hours",
)
_VOUCHER = (
    "public_id",
    "created_at",
    "code",
    "code_key",
    "campaign_id",
    "type",
    "discount",
    "category_id",
    "is_active",
    "metadata",
    "redemption_quantity",
    "holder_id",
    "published_at",
    "publish_count",
    "deleted_at",
    "released_at",
    *_LIMITS,
)
_TIER = (
    "public_id",
    "created_at",
    "campaign_id",
    "discount",
    "category_id",
    "is_active",
    "metadata",
    "deleted_at",
    *_LIMITS,
)
_CAMPAIGN = (
    "public_id",
    "created_at",
    "campaign_type",
    "type",
    "category_id",
    "is_active",
    "activity_duration_after_publishing",
    "discount",
    "metadata",
    "generation_status",
    "deleted_at",
    *_LIMITS,
)
_CATEGORY = ("public_id", "name", "hierarchy", "stacking_type")
_RULE = ("public_id", "rules", "applicable_to", "bundle_rules")
_OWNERS = ("voucher", "campaign", "promotion_tier")


def _differ(columns: Iterable[str]) -> str:
    names = tuple(columns)
    old = ", ".join(f"OLD.{name}" for name in names)
    new = ", ".join(f"NEW.{name}" for name in names)
    return f"({old}) IS DISTINCT FROM ({new})"


def _used_up(row: str) -> str:
    return f"({row}.redemption_quantity IS NOT NULL AND {row}.redeemed_quantity >= {row}.redemption_quantity)"


_NOTE_ROW = """
CREATE FUNCTION promotions_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO promotions_cataloguechange (kind, object_id) VALUES (TG_ARGV[0], COALESCE(NEW.id, OLD.id));
    RETURN NULL;
END $$;
CREATE FUNCTION promotions_note_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.campaign_id IS NULL OR EXISTS (
        SELECT 1 FROM promotions_campaign WHERE id = NEW.campaign_id AND type = 'STANDALONE'
    ) THEN
        INSERT INTO promotions_cataloguechange (kind, object_id) VALUES ('voucher', NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION promotions_note_vouchers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO promotions_cataloguechange (kind, object_id)
    SELECT 'voucher', moved.id
    FROM moved LEFT JOIN promotions_campaign AS campaign ON campaign.id = moved.campaign_id
    WHERE moved.holder_id IS NULL AND (moved.campaign_id IS NULL OR campaign.type = 'STANDALONE');
    RETURN NULL;
END $$;
CREATE FUNCTION promotions_note_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner record;
BEGIN
    FOR owner IN
        SELECT DISTINCT * FROM (VALUES
            ('voucher', OLD.voucher_id), ('campaign', OLD.campaign_id),
            ('promotion_tier', OLD.promotion_tier_id), ('voucher', NEW.voucher_id),
            ('campaign', NEW.campaign_id), ('promotion_tier', NEW.promotion_tier_id)
        ) AS owners (kind, pk) WHERE pk IS NOT NULL
    LOOP
        INSERT INTO promotions_cataloguechange (kind, object_id) VALUES (owner.kind, owner.pk);
    END LOOP;
    RETURN NULL;
END $$;
CREATE FUNCTION promotions_note_everything() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO promotions_cataloguechange (kind, object_id) VALUES ('everything', 0);
    RETURN NULL;
END $$;
"""
_FUNCTIONS = (
    "promotions_note_change",
    "promotions_note_voucher",
    "promotions_note_vouchers",
    "promotions_note_assignment",
    "promotions_note_everything",
)


def _row_trigger(name: str, table: str, event: str, call: str, when: str = "") -> str:
    condition = f" WHEN ({when})" if when else ""
    return (
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW{condition} EXECUTE FUNCTION {call};\n"
    )


def _noted(kind: str, columns: Iterable[str], *, inserts: bool) -> str:
    """Triggers of a plain table: changes of `columns`, deletions, and insertions where they matter."""
    table, call = f"promotions_{kind.replace('_', '')}", f"promotions_note_change('{kind}')"
    events = "INSERT OR DELETE" if inserts else "DELETE"
    return _row_trigger(f"note_{kind}", table, events, call) + _row_trigger(
        f"note_{kind}_update", table, "UPDATE", call, _differ(columns)
    )


_CREATE = (
    _NOTE_ROW
    + _noted("promotion_tier", _TIER, inserts=True)
    + _noted("campaign", _CAMPAIGN, inserts=True)
    + _row_trigger(
        "note_campaign_kind",
        "promotions_campaign",
        "UPDATE",
        "promotions_note_everything()",
        "OLD.type IS DISTINCT FROM NEW.type",
    )
    + _noted("category", _CATEGORY, inserts=False)
    + _noted("validation_rule", _RULE, inserts=False)
    + _row_trigger(
        "note_assignment",
        "promotions_validationruleassignment",
        "INSERT OR DELETE",
        "promotions_note_assignment()",
    )
    + _row_trigger(
        "note_assignment_update",
        "promotions_validationruleassignment",
        "UPDATE",
        "promotions_note_assignment()",
        _differ(("rule_id", *(f"{owner}_id" for owner in _OWNERS))),
    )
    + "".join(
        f"CREATE TRIGGER note_voucher_{event.lower()} AFTER {event} ON promotions_voucher "
        f"REFERENCING {which} TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION promotions_note_vouchers();\n"
        for event, which in (("INSERT", "NEW"), ("DELETE", "OLD"))
    )
    + _row_trigger(
        "note_voucher_update",
        "promotions_voucher",
        "UPDATE",
        "promotions_note_voucher()",
        "(OLD.holder_id IS NULL OR NEW.holder_id IS NULL) AND "
        f"({_differ(_VOUCHER)} OR {_used_up('OLD')} IS DISTINCT FROM {_used_up('NEW')})",
    )
    + "".join(
        f"CREATE TRIGGER note_emptied AFTER TRUNCATE ON promotions_{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION promotions_note_everything();\n"
        for table in ("voucher", "promotiontier", "campaign", "validationruleassignment")
    )
)
# Their triggers go with them.
_DROP = "".join(f"DROP FUNCTION {name}() CASCADE;\n" for name in reversed(_FUNCTIONS))


class Migration(migrations.Migration):
    dependencies = [
        ("promotions", "0005_promotion_stacks"),
    ]

    operations = [
        migrations.CreateModel(
            name="CatalogueChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("voucher", "Code that everybody may use"),
                            ("promotion_tier", "Promotion tier"),
                            ("campaign", "Campaign"),
                            ("category", "Category"),
                            ("validation_rule", "Validation rule"),
                            ("everything", "A table was emptied"),
                            ("pruned", "Rows up to this transaction are gone"),
                        ],
                        max_length=16,
                    ),
                ),
                ("object_id", models.BigIntegerField(help_text="Primary key of the row; 0 without one.")),
                (
                    "xid",
                    promotions.models.catalogue_changes.TransactionIdField(
                        db_default=promotions.models.catalogue_changes.CurrentTransactionId()
                    ),
                ),
                ("noted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"indexes": [models.Index(fields=["xid"], name="catalogue_change_xid")]},
        ),
        migrations.RunSQL(_CREATE, _DROP),
    ]
