import django.core.serializers.json
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import core.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("promotions", "0010_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="StoppedAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("process", models.CharField(max_length=120)),
                ("decided_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="EmergencyStop",
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
                        editable=False, length=24, max_length=64, prefix="stop", unique=True
                    ),
                ),
                ("covers", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("reason", models.TextField()),
                ("is_drill", models.BooleanField(default=False, verbose_name="drill")),
                ("started_at", models.DateTimeField()),
                ("started_by", models.CharField(max_length=120)),
                ("started_label", models.CharField(blank=True, default="", max_length=200)),
                ("was_on", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("restore_reason", models.TextField(blank=True, default="")),
                ("restore_asked_at", models.DateTimeField(null=True)),
                ("restore_asked_by", models.CharField(blank=True, default="", max_length=120)),
                ("restore_asked_label", models.CharField(blank=True, default="", max_length=200)),
                ("restored_at", models.DateTimeField(null=True)),
                ("restored_by", models.CharField(blank=True, default="", max_length=120)),
                ("restored_label", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "verbose_name": "emergency stop",
                "verbose_name_plural": "emergency stops",
                "indexes": [
                    models.Index(
                        condition=models.Q(("restored_at", None)),
                        fields=["id"],
                        name="emergency_stop_in_force",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="emergency_stop_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("restore_asked_at", None), ("restore_asked_by", ""), ("restore_reason", "")
                            ),
                            models.Q(
                                ("restore_asked_at__isnull", False),
                                models.Q(("restore_asked_by", ""), _negated=True),
                                models.Q(("restore_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="emergency_stop_restore_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("restored_at", None), ("restored_by", "")),
                            models.Q(
                                ("restore_asked_at__isnull", False),
                                ("restored_at__isnull", False),
                                models.Q(("restored_by", ""), _negated=True),
                                models.Q(
                                    ("is_drill", True),
                                    models.Q(("restored_by", models.F("restore_asked_by")), _negated=True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="emergency_stop_restored_by_two",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="emergencystop",
            trigger=pgtrigger.compiler.Trigger(
                name="emergency_stop_never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="829d07f831a0076b2387060013232e1bb0a84990",
                    operation="DELETE",
                    pgid="pgtrigger_emergency_stop_never_deleted_77d0b",
                    table="promotions_emergencystop",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="emergencystop",
            trigger=pgtrigger.compiler.Trigger(
                name="emergency_stop_facts_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."covers" IS DISTINCT FROM (NEW."covers") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."is_drill" IS DISTINCT FROM (NEW."is_drill") OR OLD."started_at" IS DISTINCT FROM (NEW."started_at") OR OLD."started_by" IS DISTINCT FROM (NEW."started_by") OR OLD."started_label" IS DISTINCT FROM (NEW."started_label") OR OLD."was_on" IS DISTINCT FROM (NEW."was_on"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="6c3b70b774a4b4d7d674b6b104e47525386cd71a",
                    operation="UPDATE",
                    pgid="pgtrigger_emergency_stop_facts_are_final_ac647",
                    table="promotions_emergencystop",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="emergencystop",
            trigger=pgtrigger.compiler.Trigger(
                name="emergency_stop_asked_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.restore_asked_at IS NOT NULL AND (OLD.restore_reason, OLD.restore_asked_at, OLD.restore_asked_by, OLD.restore_asked_label) IS DISTINCT FROM (NEW.restore_reason, NEW.restore_asked_at, NEW.restore_asked_by, NEW.restore_asked_label))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="ac8628ca3352d6967eca9be316e15e9941a1f5f7",
                    operation="UPDATE",
                    pgid="pgtrigger_emergency_stop_asked_once_000ba",
                    table="promotions_emergencystop",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="emergencystop",
            trigger=pgtrigger.compiler.Trigger(
                name="emergency_stop_restored_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."restored_at" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="da57736f3c555d974d2ec47b0f505e033c1d87d4",
                    operation="UPDATE",
                    pgid="pgtrigger_emergency_stop_restored_once_95ddf",
                    table="promotions_emergencystop",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="stoppedattempt",
            name="redemption",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="promotions.redemption"
            ),
        ),
        migrations.AddField(
            model_name="stoppedattempt",
            name="stop",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attempts",
                to="promotions.emergencystop",
            ),
        ),
        migrations.AddConstraint(
            model_name="stoppedattempt",
            constraint=models.UniqueConstraint(fields=("stop", "redemption"), name="stopped_attempt_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stoppedattempt",
            trigger=pgtrigger.compiler.Trigger(
                name="stopped_attempts_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b3b443a65705fee213134b3658b905b200dd88ec",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_stopped_attempts_are_final_3018a",
                    table="promotions_stoppedattempt",
                    when="BEFORE",
                ),
            ),
        ),
    ]
