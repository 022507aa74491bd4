"""Publications and wallets: codes that somebody has already are brought along."""

import django.core.serializers.json
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import core.models.base

# What was used was in somebody's hands, published or not.
_USED = """
UPDATE promotions_voucher SET is_out_of_pool = TRUE
WHERE campaign_id IS NOT NULL AND (redeemed_quantity > 0 OR holder_id IS NOT NULL)
"""
_HELD = """
INSERT INTO promotions_holder (public_id, created_at, voucher_id, customer_id, role, is_personal)
SELECT 'rh_' || left(replace(gen_random_uuid()::text, '-', ''), 24), COALESCE(voucher.published_at, now()),
    voucher.id, voucher.holder_id, 'OWNER', campaign.id IS NOT NULL AND campaign.type <> 'STANDALONE'
FROM promotions_voucher AS voucher LEFT JOIN promotions_campaign AS campaign
    ON campaign.id = voucher.campaign_id
WHERE voucher.holder_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0002_order_returned"),
        ("integrations", "0002_exports"),
        ("promotions", "0015_what_is_in_the_bin"),
    ]

    operations = [
        migrations.CreateModel(
            name="Holder",
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
                        editable=False, length=24, max_length=64, prefix="rh", unique=True
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("OWNER", "Got the code"),
                            ("REFERRER", "Recommends with it"),
                            ("REFEREE", "Was recommended"),
                        ],
                        default="OWNER",
                        max_length=8,
                    ),
                ),
                ("is_personal", models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name="Publication",
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
                        editable=False, length=32, max_length=64, prefix="pub", unique=True
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "result",
                    models.CharField(
                        choices=[("SUCCESS", "Given out"), ("FAILURE", "Refused")], max_length=8
                    ),
                ),
                (
                    "voucher_code",
                    models.CharField(blank=True, default="", max_length=255, verbose_name="code"),
                ),
                ("codes_count", models.PositiveSmallIntegerField(default=0, verbose_name="codes")),
                ("drawn_up_to", models.BigIntegerField(null=True)),
                ("channel", models.CharField(blank=True, default="", max_length=64)),
                (
                    "source_id",
                    models.CharField(
                        blank=True, default="", help_text="The caller's own id.", max_length=255
                    ),
                ),
                ("tracking_id", models.CharField(blank=True, default="", max_length=255)),
                ("cause", models.CharField(blank=True, default="", max_length=100)),
                (
                    "metadata",
                    models.JSONField(
                        blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                ("failure_code", models.CharField(blank=True, default="", max_length=64)),
                ("failure_message", models.CharField(blank=True, default="", max_length=1000)),
            ],
        ),
        migrations.CreateModel(
            name="PublicationRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False, null=True)),
                (
                    "public_id",
                    core.models.base.PublicIdField(
                        editable=False, length=24, max_length=64, prefix="pubr", unique=True
                    ),
                ),
                ("audience", models.CharField(max_length=300, verbose_name="for")),
                (
                    "state",
                    models.CharField(
                        choices=[("RUNNING", "Running"), ("STOPPED", "Stopped"), ("DONE", "Done")],
                        default="RUNNING",
                        max_length=8,
                    ),
                ),
                ("channel", models.CharField(blank=True, default="", max_length=64)),
                (
                    "metadata",
                    models.JSONField(
                        blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                ("per_minute", models.PositiveIntegerField(null=True)),
                ("customers_count", models.PositiveIntegerField(default=0)),
                ("published_count", models.PositiveIntegerField(default=0)),
                ("failed_count", models.PositiveIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PublicationTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("failure_code", models.CharField(blank=True, default="", max_length=64)),
                ("failure_message", models.CharField(blank=True, default="", max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="PublishedCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="voucher",
            name="is_out_of_pool",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name="voucher",
            index=models.Index(
                condition=models.Q(
                    ("campaign__isnull", False),
                    ("deleted_at", None),
                    ("is_active", True),
                    ("is_out_of_pool", False),
                    ("released_at", None),
                ),
                fields=["campaign", "id"],
                name="voucher_free",
            ),
        ),
        migrations.AddField(
            model_name="holder",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="wallet",
                to="commerce.customer",
            ),
        ),
        migrations.AddField(
            model_name="holder",
            name="voucher",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holders",
                to="promotions.voucher",
            ),
        ),
        migrations.AddField(
            model_name="publication",
            name="campaign",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="publications",
                to="promotions.campaign",
            ),
        ),
        migrations.AddField(
            model_name="publication",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="publications",
                to="commerce.customer",
            ),
        ),
        migrations.AddField(
            model_name="publicationrun",
            name="action",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="integrations.asyncaction",
            ),
        ),
        migrations.AddField(
            model_name="publicationrun",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="publication_runs",
                to="promotions.campaign",
            ),
        ),
        migrations.AddField(
            model_name="publicationrun",
            name="segment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="publication_runs",
                to="commerce.segment",
            ),
        ),
        migrations.AddField(
            model_name="publicationtarget",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="commerce.customer",
            ),
        ),
        migrations.AddField(
            model_name="publicationtarget",
            name="publication",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="promotions.publication",
            ),
        ),
        migrations.AddField(
            model_name="publicationtarget",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="targets",
                to="promotions.publicationrun",
            ),
        ),
        migrations.AddField(
            model_name="publishedcode",
            name="publication",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="codes",
                to="promotions.publication",
            ),
        ),
        migrations.AddField(
            model_name="publishedcode",
            name="voucher",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="published_codes",
                to="promotions.voucher",
            ),
        ),
        migrations.AddIndex(
            model_name="holder",
            index=models.Index(fields=["customer", "-id"], name="holder_wallet"),
        ),
        migrations.AddConstraint(
            model_name="holder",
            constraint=models.UniqueConstraint(fields=("voucher", "customer"), name="holder_once"),
        ),
        migrations.AddConstraint(
            model_name="holder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_personal", True), models.Q(("role", "REFEREE"), _negated=True)),
                fields=("voucher",),
                name="holder_of_a_personal_code",
            ),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(fields=["-created_at", "-id"], name="publication_newest"),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(
                condition=models.Q(("customer__isnull", False)),
                fields=["customer", "-created_at", "-id"],
                name="publication_customer",
            ),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(
                condition=models.Q(("campaign__isnull", False)),
                fields=["campaign", "-created_at", "-id"],
                name="publication_campaign",
            ),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(
                condition=models.Q(("drawn_up_to__isnull", False)),
                fields=["campaign", "-id"],
                name="publication_drawn",
            ),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(fields=["voucher_code", "id"], name="publication_code"),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.UniqueConstraint(
                condition=models.Q(("result", "SUCCESS"), models.Q(("source_id", ""), _negated=True)),
                fields=("source_id",),
                name="publication_source_id_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.UniqueConstraint(
                condition=models.Q(("result", "SUCCESS"), models.Q(("cause", ""), _negated=True)),
                fields=("cause", "customer"),
                name="publication_once_for_a_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("codes_count__gte", 1),
                        ("customer__isnull", False),
                        ("failure_code", ""),
                        ("result", "SUCCESS"),
                    ),
                    models.Q(
                        ("codes_count", 0),
                        ("drawn_up_to", None),
                        ("result", "FAILURE"),
                        models.Q(("failure_code", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="publication_gave_or_failed",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="publication",
            trigger=pgtrigger.compiler.Trigger(
                name="publication_never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="4acf1e9511c7244e58bef82771362b864bb9122e",
                    operation="DELETE",
                    pgid="pgtrigger_publication_never_deleted_5b31b",
                    table="promotions_publication",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="publication",
            trigger=pgtrigger.compiler.Trigger(
                name="publication_facts_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."result" IS DISTINCT FROM (NEW."result") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."campaign_id" IS DISTINCT FROM (NEW."campaign_id") OR OLD."voucher_code" IS DISTINCT FROM (NEW."voucher_code") OR OLD."codes_count" IS DISTINCT FROM (NEW."codes_count") OR OLD."drawn_up_to" IS DISTINCT FROM (NEW."drawn_up_to") OR OLD."channel" IS DISTINCT FROM (NEW."channel") OR OLD."cause" IS DISTINCT FROM (NEW."cause") OR OLD."failure_code" IS DISTINCT FROM (NEW."failure_code") OR OLD."failure_message" IS DISTINCT FROM (NEW."failure_message"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="11609796e6d60a2076bc2f95be7671806142f4b5",
                    operation="UPDATE",
                    pgid="pgtrigger_publication_facts_are_final_d1629",
                    table="promotions_publication",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="publicationrun",
            index=models.Index(fields=["-created_at", "-id"], name="publication_run_newest"),
        ),
        migrations.AddConstraint(
            model_name="publicationrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "customers_count__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("published_count"), "+", models.F("failed_count")
                        ),
                    )
                ),
                name="publication_run_adds_up",
            ),
        ),
        migrations.AddIndex(
            model_name="publicationtarget",
            index=models.Index(
                condition=models.Q(("failure_code", ""), ("publication", None)),
                fields=["run", "id"],
                name="publication_target_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="publicationtarget",
            index=models.Index(
                condition=models.Q(("failure_code", ""), _negated=True),
                fields=["run", "id"],
                name="publication_target_failed",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicationtarget",
            constraint=models.UniqueConstraint(fields=("run", "customer"), name="publication_target_once"),
        ),
        migrations.AddConstraint(
            model_name="publicationtarget",
            constraint=models.CheckConstraint(
                condition=models.Q(("publication", None), ("failure_code", ""), _connector="OR"),
                name="publication_target_given_or_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedcode",
            constraint=models.UniqueConstraint(fields=("publication", "voucher"), name="published_code_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="publishedcode",
            trigger=pgtrigger.compiler.Trigger(
                name="published_codes_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ce877de0719a3301b700d944ad9bf03eb2a81076",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_published_codes_are_final_8c0df",
                    table="promotions_publishedcode",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(_USED, migrations.RunSQL.noop),
        migrations.RunSQL(_HELD, migrations.RunSQL.noop),
    ]
