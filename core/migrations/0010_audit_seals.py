from __future__ import annotations

import django.contrib.postgres.fields
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [  # noqa: RUF012
        ("core", "0009_more_groups"),
    ]

    operations = [  # noqa: RUF012
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("table", models.CharField(max_length=63)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=63)),
                ),
                ("after_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                ("ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
                ("row_digests", models.BinaryField()),
                ("previous", models.CharField(blank=True, max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SealHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField(default=0)),
                ("digest", models.CharField(blank=True, default="", max_length=64)),
                ("marked_ids", models.JSONField(default=dict)),
                (
                    "marked_writers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), default=list
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SealVerification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("seconds", models.DecimalField(decimal_places=3, max_digits=12)),
                ("seals_count", models.BigIntegerField(default=0)),
                ("rows_count", models.BigIntegerField(default=0)),
                ("head_number", models.BigIntegerField(default=0)),
                ("head_digest", models.CharField(blank=True, max_length=64)),
                ("findings_count", models.BigIntegerField(default=0)),
                ("findings", models.JSONField(default=list)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="auditentry",
            name="audit_never_deleted",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="auditentry",
            name="audit_sealed_is_final",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="auditentry",
            name="audit_facts_are_final",
        ),
        migrations.RemoveIndex(
            model_name="auditentry",
            name="audit_unsealed",
        ),
        migrations.AddField(
            model_name="auditentry",
            name="actor_role",
            field=models.CharField(blank=True, db_default="", default="", max_length=32),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="address",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="Where the request came from.", max_length=64
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=models.Q(("request_id", ""), _negated=True),
                fields=["request_id"],
                name="audit_request",
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=models.Q(("approval_id", ""), _negated=True),
                fields=["approval_id"],
                name="audit_approval",
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=models.Q(("actor_kind", "user")), fields=["actor_id", "-id"], name="audit_person"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditentry",
            trigger=pgtrigger.compiler.Trigger(
                name="audit_entries_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a3fb05e2809837c3b657d1f63733ce743fee68a6",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_audit_entries_are_final_6349a",
                    table="core_auditentry",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.UniqueConstraint(fields=("table", "last_id"), name="seal_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="seal",
            trigger=pgtrigger.compiler.Trigger(
                name="seals_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="71f1679d424077a4e50039e4225b2c522972b1e6",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_seals_are_final_7299c",
                    table="core_seal",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="sealhead",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="seal_head_is_one"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sealhead",
            trigger=pgtrigger.compiler.Trigger(
                name="seal_head_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="2fb00aa675d0b9033189e6b472943f9c3837958c",
                    operation="DELETE",
                    pgid="pgtrigger_seal_head_stays_7b4dc",
                    table="core_sealhead",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="sealverification",
            index=models.Index(fields=["-started_at", "-id"], name="seal_verification_newest"),
        ),
        migrations.RemoveField(
            model_name="auditentry",
            name="digest",
        ),
    ]
