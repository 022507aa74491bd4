import django.core.serializers.json
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import core.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0005_alerts_are_wanted"),
        ("calendar_app", "0001_blackouts"),
        ("promotions", "0024_campaign_setups"),
    ]

    operations = [
        migrations.CreateModel(
            name="RefreshProgress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("passes", models.BigIntegerField(default=0)),
                ("trace", models.TextField(blank=True, default="")),
                ("world", models.CharField(blank=True, default="", max_length=64)),
                ("compared_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Conflict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    core.models.base.PublicIdField(
                        editable=False, length=24, max_length=64, prefix="conf", unique=True
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("EXCLUSIVE_CLASH", "Only one of them applies"),
                            ("DOUBLE_DISCOUNT", "The same goods are discounted twice"),
                            ("SHARED_BUDGET", "They spend the same budget"),
                            ("BLACKOUT", "It runs in a blackout"),
                            ("COMPETING_MESSAGES", "The same customers hear of both"),
                            ("AREA_COLLISION", "They meet in one place"),
                            ("UNKNOWN", "They may meet"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[("HIGH", "High"), ("MEDIUM", "Medium"), ("LOW", "Low")], max_length=8
                    ),
                ),
                (
                    "certainty",
                    models.CharField(
                        choices=[("OVERLAPS", "Shown by an example"), ("UNKNOWN", "Cannot be told")],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("OPEN", "Open"), ("ACCEPTED", "Accepted"), ("GONE", "Gone")],
                        default="OPEN",
                        max_length=8,
                    ),
                ),
                ("left_unit", models.CharField(max_length=90)),
                ("right_unit", models.CharField(max_length=90)),
                ("left_key", models.CharField(max_length=90)),
                ("right_key", models.CharField(max_length=90)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "spans",
                    models.JSONField(default=list, help_text="[[start, end or null], ...], UTC, in order."),
                ),
                ("sentence", models.TextField()),
                (
                    "facts",
                    models.JSONField(
                        decoder=core.models.base.ExactJSONDecoder,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                    ),
                ),
                ("customers", models.PositiveBigIntegerField(null=True)),
                (
                    "customers_how",
                    models.CharField(
                        choices=[
                            ("EXACT", "Exactly"),
                            ("ABOUT", "About"),
                            ("MORE_THAN", "More than"),
                            ("UNKNOWN", "Not known"),
                        ],
                        default="UNKNOWN",
                        max_length=12,
                    ),
                ),
                ("products", models.PositiveBigIntegerField(null=True)),
                (
                    "products_how",
                    models.CharField(
                        choices=[
                            ("EXACT", "Exactly"),
                            ("ABOUT", "About"),
                            ("MORE_THAN", "More than"),
                            ("UNKNOWN", "Not known"),
                        ],
                        default="UNKNOWN",
                        max_length=12,
                    ),
                ),
                ("cost", models.BigIntegerField(help_text="Minor units; null: cannot be told.", null=True)),
                ("counted_at", models.DateTimeField(null=True)),
                ("terms", models.CharField(max_length=64)),
                ("found_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                ("reopened_because", models.TextField(blank=True, default="")),
                (
                    "left_campaign",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="promotions.campaign",
                    ),
                ),
                (
                    "left_tier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="promotions.promotiontier",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="approvals.approvalrequest",
                    ),
                ),
                (
                    "right_campaign",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="promotions.campaign",
                    ),
                ),
                (
                    "right_tier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="promotions.promotiontier",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ConflictDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("ACCEPTED", "Accepted"), ("REOPENED", "Opened again")], max_length=8
                    ),
                ),
                ("reason", models.TextField()),
                ("terms", models.CharField(max_length=64)),
                (
                    "extent",
                    models.JSONField(
                        decoder=core.models.base.ExactJSONDecoder,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor_kind", models.CharField(max_length=16)),
                ("actor_id", models.CharField(max_length=100)),
                ("actor_label", models.CharField(max_length=200)),
                ("channel", models.CharField(max_length=32)),
                (
                    "conflict",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="calendar_app.conflict",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="conflict",
            name="acceptance",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="calendar_app.conflictdecision",
            ),
        ),
        migrations.AddIndex(
            model_name="conflictdecision",
            index=models.Index(fields=["conflict", "-id"], name="conflict_decision_newest"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="conflictdecision",
            trigger=pgtrigger.compiler.Trigger(
                name="conflict_decisions_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="edebac855aa22109a42d6bc4385d63168da34de7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_conflict_decisions_are_final_f93ee",
                    table="calendar_app_conflictdecision",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="conflict",
            index=models.Index(
                models.OrderBy(models.F("cost"), descending=True, nulls_last=True),
                models.Case(
                    models.When(severity="HIGH", then=models.Value(0)),
                    models.When(severity="MEDIUM", then=models.Value(1)),
                    default=models.Value(2),
                ),
                models.F("starts_at"),
                models.F("id"),
                condition=models.Q(("state", "OPEN")),
                name="conflict_open_cost",
            ),
        ),
        migrations.AddIndex(
            model_name="conflict",
            index=models.Index(
                condition=models.Q(("state", "GONE"), _negated=True),
                fields=["ends_at"],
                name="conflict_next_end",
            ),
        ),
        migrations.AddIndex(
            model_name="conflict",
            index=models.Index(fields=["-found_at", "-id"], name="conflict_newest"),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gone_at__isnull", False), ("state", "GONE")),
                    models.Q(models.Q(("state", "GONE"), _negated=True), ("gone_at", None)),
                    _connector="OR",
                ),
                name="conflict_gone_has_its_instant",
            ),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ACCEPTED"), _negated=True),
                    ("acceptance__isnull", False),
                    _connector="OR",
                ),
                name="conflict_accepted_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("left_campaign__isnull", False), ("request__isnull", False), _connector="OR"
                ),
                name="conflict_is_about_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                ),
                name="conflict_has_a_length",
            ),
        ),
    ]
