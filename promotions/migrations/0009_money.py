import django.contrib.postgres.fields
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import core.models.base
import promotions.models.budgets


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0001_initial"),
        ("promotions", "0008_name_conditions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Budget",
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
                        editable=False, length=24, max_length=64, prefix="budg", unique=True
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("DISCOUNT", "Discount given"),
                            ("ORDER_VALUE", "Value of orders"),
                            ("REDEMPTIONS", "Redemptions"),
                            ("GIFT_CREDITS", "Gift credits redeemed"),
                            ("UNITS", "Discounted units"),
                        ],
                        default="DISCOUNT",
                        max_length=16,
                        verbose_name="limits",
                    ),
                ),
                (
                    "limit",
                    models.BigIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1000000000000000),
                        ]
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[
                            ("EVER", "In all"),
                            ("DAY", "Each day"),
                            ("WEEK", "Each week"),
                            ("MONTH", "Each month"),
                        ],
                        default="EVER",
                        max_length=8,
                        verbose_name="renewed",
                    ),
                ),
                (
                    "per",
                    models.CharField(
                        choices=[
                            ("TOTAL", "Everybody together"),
                            ("CUSTOMER", "Each customer"),
                            ("CHANNEL", "Each channel"),
                            ("STORE", "Each store"),
                        ],
                        default="TOTAL",
                        max_length=16,
                        verbose_name="counted for",
                    ),
                ),
                (
                    "customer_key",
                    models.CharField(
                        choices=[
                            ("ID", "The customer"),
                            ("EMAIL", "The e-mail address"),
                            ("PHONE", "The phone number"),
                            ("METADATA", "A metadata field"),
                        ],
                        default="ID",
                        max_length=16,
                        verbose_name="a customer is",
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Where the customer's key or the store stands, for example loyalty_number or store.",
                        max_length=100,
                        verbose_name="metadata field",
                    ),
                ),
                (
                    "policy",
                    models.CharField(
                        choices=[
                            ("REFUSE", "Refuse what would cross it"),
                            ("GIVE_WHAT_IS_LEFT", "Give what is left"),
                        ],
                        default="REFUSE",
                        max_length=24,
                        verbose_name="at the limit",
                    ),
                ),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        help_text="Only what comes through these channels. Empty: all.",
                    ),
                ),
                (
                    "stores",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        help_text="Only these stores. Empty: all.",
                    ),
                ),
                (
                    "thresholds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(100),
                            ]
                        ),
                        blank=True,
                        default=promotions.models.budgets.usual_thresholds,
                        help_text="Percentages of the limit at which people are told.",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in force")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="plan from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="plan until")),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="BudgetAlert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(blank=True, default="", max_length=200)),
                ("period", models.CharField(blank=True, default="", max_length=10)),
                ("threshold", models.PositiveSmallIntegerField()),
                ("reached_at", models.DateTimeField()),
                ("used", models.BigIntegerField()),
                ("limit", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="BudgetCampaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BudgetDraw",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="BudgetPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(help_text="Its first day.")),
                ("amount", models.BigIntegerField(validators=[django.core.validators.MinValueValidator(0)])),
            ],
        ),
        migrations.CreateModel(
            name="CardTransaction",
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
                        editable=False, length=24, max_length=64, prefix="vtx", unique=True
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("CREDITS_ISSUED", "Issued"),
                            ("CREDITS_REDEMPTION", "Paid with"),
                            ("CREDITS_REFUND", "Given back"),
                            ("CREDITS_ADDITION", "Added"),
                            ("CREDITS_REMOVAL", "Removed"),
                        ],
                        max_length=24,
                    ),
                ),
                ("amount", models.BigIntegerField()),
                ("balance", models.BigIntegerField()),
                ("created_at", models.DateTimeField()),
                (
                    "source_id",
                    models.CharField(
                        blank=True, default="", help_text="The caller's own id.", max_length=200
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("campaign", "Campaign"),
                            ("voucher", "Voucher"),
                            ("promotion_tier", "Promotion tier"),
                            ("budget", "Budget"),
                        ],
                        max_length=16,
                    ),
                ),
                ("scope_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("subject", models.CharField(blank=True, default="", max_length=200)),
                ("period", models.CharField(blank=True, default="", max_length=10)),
                ("value", models.BigIntegerField(default=0)),
                ("held", models.BigIntegerField(default=0)),
                ("most", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="HeldCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("credits", models.BigIntegerField(default=0)),
                (
                    "discount_amount",
                    models.BigIntegerField(default=0, help_text="What the validation would have given."),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OrderReturn",
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
                        editable=False, length=24, max_length=64, prefix="ret", unique=True
                    ),
                ),
                ("returned_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("refund_amount", models.BigIntegerField()),
                ("credits_amount", models.BigIntegerField(default=0)),
                (
                    "is_complete",
                    models.BooleanField(
                        default=False, help_text="Nothing of the order is left with the customer."
                    ),
                ),
                ("quote", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("channel_type", models.CharField(default="API", max_length=16)),
                ("channel_id", models.CharField(blank=True, default="", max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name="ReturnedLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("quantity", models.PositiveIntegerField()),
                ("refund_amount", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="ReturnedShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("discount_amount", models.BigIntegerField(default=0)),
                ("order_amount", models.BigIntegerField(default=0)),
                ("credits", models.BigIntegerField(default=0)),
                (
                    "units",
                    models.JSONField(
                        default=list, help_text="[{entry, article, quantity}] of limits on units."
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ValidationSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True)),
                ("ttl", models.BigIntegerField(default=7)),
                (
                    "ttl_unit",
                    models.CharField(
                        choices=[
                            ("DAYS", "days"),
                            ("HOURS", "hours"),
                            ("MINUTES", "minutes"),
                            ("SECONDS", "seconds"),
                            ("MILLISECONDS", "milliseconds"),
                            ("MICROSECONDS", "microseconds"),
                            ("NANOSECONDS", "nanoseconds"),
                        ],
                        default="DAYS",
                        max_length=16,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("channel_type", models.CharField(default="API", max_length=16)),
                ("channel_id", models.CharField(blank=True, default="", max_length=100)),
            ],
            options={"verbose_name": "hold", "verbose_name_plural": "holds"},
        ),
        migrations.CreateModel(
            name="Version",
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
                        editable=False, length=24, max_length=64, prefix="ver", unique=True
                    ),
                ),
                (
                    "subject_type",
                    models.CharField(
                        choices=[
                            ("campaign", "Campaign"),
                            ("promotion_tier", "Promotion tier"),
                            ("voucher", "Voucher"),
                            ("validation_rule", "Conditions"),
                            ("budget", "Budget"),
                        ],
                        max_length=16,
                    ),
                ),
                ("subject_id", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("sha256", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("actor_kind", models.CharField(max_length=16)),
                ("actor_id", models.CharField(max_length=100)),
                ("actor_label", models.CharField(blank=True, default="", max_length=200)),
                ("channel", models.CharField(max_length=32)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="redemption",
            name="redemption_facts_are_final",
        ),
        migrations.RemoveConstraint(
            model_name="voucher",
            name="voucher_within_quantity",
        ),
        migrations.RemoveConstraint(
            model_name="voucher",
            name="voucher_has_a_discount",
        ),
        migrations.AddField(
            model_name="campaign",
            name="gift",
            field=models.JSONField(
                blank=True, help_text="What new gift cards hold: {amount, effect}, in wire form.", null=True
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="return_policy",
            field=models.CharField(
                choices=[
                    ("KEEP", "What is kept keeps its discount"),
                    ("REEVALUATE", "Calculate the discount again for what is kept"),
                    (
                        "CHARGE_BACK",
                        "Charge the discount back if what is kept no longer fulfils the conditions",
                    ),
                ],
                db_default="KEEP",
                default="KEEP",
                max_length=16,
                verbose_name="when items are returned",
            ),
        ),
        migrations.AddField(
            model_name="redemption",
            name="credits",
            field=models.BigIntegerField(help_text="Credits or points taken from a card.", null=True),
        ),
        migrations.AddField(
            model_name="redemption",
            name="version_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                help_text="The versions of the terms that it was decided on.",
            ),
        ),
        migrations.AddField(
            model_name="rollback",
            name="credits",
            field=models.BigIntegerField(
                help_text="Credits or points that went back to the card.", null=True
            ),
        ),
        migrations.AddField(
            model_name="voucher",
            name="gift_amount",
            field=models.BigIntegerField(editable=False, null=True, verbose_name="credits in all"),
        ),
        migrations.AddField(
            model_name="voucher",
            name="gift_balance",
            field=models.BigIntegerField(editable=False, null=True, verbose_name="balance"),
        ),
        migrations.AddField(
            model_name="voucher",
            name="gift_effect",
            field=models.CharField(
                blank=True,
                choices=[
                    ("APPLY_TO_ORDER", "Pays the order"),
                    ("APPLY_TO_ITEMS", "Pays the items that its conditions name"),
                ],
                db_default="",
                default="",
                max_length=16,
                verbose_name="pays",
            ),
        ),
        migrations.AddField(
            model_name="voucher",
            name="gift_held",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="voucher",
            name="gift_redeemed",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="voucher",
            name="gift_subtracted",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="voucher",
            name="held_quantity",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name="held"),
        ),
        migrations.AlterField(
            model_name="campaign",
            name="campaign_type",
            field=models.CharField(
                choices=[
                    ("DISCOUNT_COUPONS", "Discount coupons"),
                    ("PROMOTION", "Promotion (applied without a code)"),
                    ("GIFT_VOUCHERS", "Gift cards"),
                ],
                max_length=24,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="voucher",
            name="type",
            field=models.CharField(
                choices=[("DISCOUNT_VOUCHER", "Discount coupon"), ("GIFT_VOUCHER", "Gift card")],
                default="DISCOUNT_VOUCHER",
                max_length=24,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="redemption",
            trigger=pgtrigger.compiler.Trigger(
                name="redemption_facts_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."redeemed_at" IS DISTINCT FROM (NEW."redeemed_at") OR OLD."result" IS DISTINCT FROM (NEW."result") OR OLD."related_object_type" IS DISTINCT FROM (NEW."related_object_type") OR OLD."parent_id" IS DISTINCT FROM (NEW."parent_id") OR OLD."voucher_id" IS DISTINCT FROM (NEW."voucher_id") OR OLD."promotion_tier_id" IS DISTINCT FROM (NEW."promotion_tier_id") OR OLD."campaign_id" IS DISTINCT FROM (NEW."campaign_id") OR OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."voucher_code" IS DISTINCT FROM (NEW."voucher_code") OR OLD."order_amount" IS DISTINCT FROM (NEW."order_amount") OR OLD."discount_amount" IS DISTINCT FROM (NEW."discount_amount") OR OLD."credits" IS DISTINCT FROM (NEW."credits") OR OLD."version_ids" IS DISTINCT FROM (NEW."version_ids") OR OLD."order_snapshot" IS DISTINCT FROM (NEW."order_snapshot") OR OLD."metadata" IS DISTINCT FROM (NEW."metadata") OR OLD."tracking_id" IS DISTINCT FROM (NEW."tracking_id") OR OLD."channel_type" IS DISTINCT FROM (NEW."channel_type") OR OLD."channel_id" IS DISTINCT FROM (NEW."channel_id") OR OLD."failure_code" IS DISTINCT FROM (NEW."failure_code") OR OLD."failure_message" IS DISTINCT FROM (NEW."failure_message") OR OLD."snapshot" IS DISTINCT FROM (NEW."snapshot") OR OLD."outcome" IS DISTINCT FROM (NEW."outcome"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="07a5cc3aea25d56e0c88fb1b728df0ed909e8a68",
                    operation="UPDATE",
                    pgid="pgtrigger_redemption_facts_are_final_78ac3",
                    table="promotions_redemption",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(
                condition=models.Q(("credits", None), ("credits__gte", 0), _connector="OR"),
                name="redemption_credits_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("order__isnull", False), ("status", "SUCCEEDED"), ("voucher__isnull", False)
                ),
                fields=("order", "voucher"),
                name="redemption_voucher_once_per_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("order__isnull", False), ("promotion_tier__isnull", False), ("status", "SUCCEEDED")
                ),
                fields=("order", "promotion_tier"),
                name="redemption_tier_once_per_order",
            ),
        ),
        migrations.AddField(
            model_name="budgetalert",
            name="budget",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="alerts", to="promotions.budget"
            ),
        ),
        migrations.AddField(
            model_name="budgetcampaign",
            name="budget",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="draws", to="promotions.budget"
            ),
        ),
        migrations.AddField(
            model_name="budgetcampaign",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="draws", to="promotions.campaign"
            ),
        ),
        migrations.AddField(
            model_name="budget",
            name="campaigns",
            field=models.ManyToManyField(
                related_name="budgets", through="promotions.BudgetCampaign", to="promotions.campaign"
            ),
        ),
        migrations.AddField(
            model_name="budgetdraw",
            name="redemption",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="draws", to="promotions.redemption"
            ),
        ),
        migrations.AddField(
            model_name="budgetdraw",
            name="rollback",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="draws",
                to="promotions.rollback",
            ),
        ),
        migrations.AddField(
            model_name="budgetplan",
            name="budget",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="plan", to="promotions.budget"
            ),
        ),
        migrations.AddField(
            model_name="cardtransaction",
            name="redemption",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="card_transactions",
                to="promotions.redemption",
            ),
        ),
        migrations.AddField(
            model_name="cardtransaction",
            name="rollback",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="card_transactions",
                to="promotions.rollback",
            ),
        ),
        migrations.AddField(
            model_name="cardtransaction",
            name="voucher",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transactions",
                to="promotions.voucher",
            ),
        ),
        migrations.AddConstraint(
            model_name="counter",
            constraint=models.UniqueConstraint(
                fields=("scope", "scope_id", "subject", "name", "period"), name="counter_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="counter",
            constraint=models.CheckConstraint(
                condition=models.Q(("held__gte", 0), ("value__gte", 0)), name="counter_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="counter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("most", None),
                    (
                        "most__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("value"), "+", models.F("held")
                        ),
                    ),
                    _connector="OR",
                ),
                name="counter_within_its_limit",
            ),
        ),
        migrations.AddField(
            model_name="budgetdraw",
            name="counter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="draws", to="promotions.counter"
            ),
        ),
        migrations.AddField(
            model_name="heldcount",
            name="counter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="promotions.counter"
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="promotion_tier",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="holds",
                to="promotions.promotiontier",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="voucher",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="holds",
                to="promotions.voucher",
            ),
        ),
        migrations.AddField(
            model_name="heldcount",
            name="hold",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="counts", to="promotions.hold"
            ),
        ),
        migrations.AddField(
            model_name="orderreturn",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="returns", to="commerce.order"
            ),
        ),
        migrations.AddField(
            model_name="cardtransaction",
            name="order_return",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="card_transactions",
                to="promotions.orderreturn",
            ),
        ),
        migrations.AddField(
            model_name="budgetdraw",
            name="order_return",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="draws",
                to="promotions.orderreturn",
            ),
        ),
        migrations.AddField(
            model_name="returnedline",
            name="order_return",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="promotions.orderreturn"
            ),
        ),
        migrations.AddField(
            model_name="returnedshare",
            name="order_return",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shares",
                to="promotions.orderreturn",
            ),
        ),
        migrations.AddField(
            model_name="returnedshare",
            name="redemption",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="returned_shares",
                to="promotions.redemption",
            ),
        ),
        migrations.AddField(
            model_name="validationsession",
            name="customer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="validation_sessions",
                to="commerce.customer",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="holds",
                to="promotions.validationsession",
            ),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(
                fields=("subject_type", "subject_id", "number"), name="version_number_once"
            ),
        ),
        migrations.AddField(
            model_name="budget",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="promotions.version",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="version",
            trigger=pgtrigger.compiler.Trigger(
                name="versions_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="27cc205a7e59874c0f433816207350c61ce53bfe",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_versions_are_final_b3060",
                    table="promotions_version",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="promotions.version",
            ),
        ),
        migrations.AddField(
            model_name="promotiontier",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="promotions.version",
            ),
        ),
        migrations.AddField(
            model_name="validationrule",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="promotions.version",
            ),
        ),
        migrations.AddField(
            model_name="voucher",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="promotions.version",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("campaign_type", "GIFT_VOUCHERS"),
                        ("discount__isnull", True),
                        ("gift__isnull", False),
                    ),
                    models.Q(
                        models.Q(("campaign_type", "GIFT_VOUCHERS"), _negated=True), ("gift__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="campaign_gift_fits_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("redemption_quantity", None),
                    (
                        "redemption_quantity__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("redeemed_quantity"), "+", models.F("held_quantity")
                        ),
                    ),
                    _connector="OR",
                ),
                name="voucher_within_quantity",
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("campaign__isnull", False),
                    ("discount__isnull", False),
                    ("type", "GIFT_VOUCHER"),
                    _connector="OR",
                ),
                name="voucher_has_a_discount",
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("gift_amount", None),
                        ("gift_balance", None),
                        ("gift_effect", ""),
                        ("type", "DISCOUNT_VOUCHER"),
                    ),
                    models.Q(
                        ("gift_amount__isnull", False),
                        ("gift_balance__isnull", False),
                        ("type", "GIFT_VOUCHER"),
                        models.Q(("gift_effect", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="voucher_gift_fits_type",
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("gift_balance", None),
                    models.Q(
                        (
                            "gift_balance",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("gift_amount"), "-", models.F("gift_subtracted")
                                ),
                                "-",
                                models.F("gift_redeemed"),
                            ),
                        ),
                        ("gift_balance__gte", models.F("gift_held")),
                        ("gift_held__gte", 0),
                        ("gift_redeemed__gte", 0),
                        ("gift_subtracted__gte", 0),
                    ),
                    _connector="OR",
                ),
                name="voucher_gift_balance_adds_up",
            ),
        ),
        migrations.AddIndex(
            model_name="budgetalert",
            index=models.Index(fields=["-reached_at", "-id"], name="budget_alert_newest"),
        ),
        migrations.AddConstraint(
            model_name="budgetalert",
            constraint=models.UniqueConstraint(
                fields=("budget", "subject", "period", "threshold"), name="budget_alert_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetcampaign",
            constraint=models.UniqueConstraint(fields=("budget", "campaign"), name="budget_campaign_once"),
        ),
        migrations.AddConstraint(
            model_name="budgetplan",
            constraint=models.UniqueConstraint(fields=("budget", "month"), name="budget_plan_once_a_month"),
        ),
        migrations.AddConstraint(
            model_name="budgetplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="budget_plan_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="heldcount",
            constraint=models.UniqueConstraint(fields=("hold", "counter"), name="held_count_once"),
        ),
        migrations.AddConstraint(
            model_name="heldcount",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="held_count_not_negative"
            ),
        ),
        migrations.AddIndex(
            model_name="orderreturn",
            index=models.Index(fields=["order", "id"], name="return_of_order"),
        ),
        migrations.AddIndex(
            model_name="orderreturn",
            index=models.Index(fields=["-returned_at", "-id"], name="return_newest"),
        ),
        migrations.AddConstraint(
            model_name="orderreturn",
            constraint=models.CheckConstraint(
                condition=models.Q(("credits_amount__gte", 0), ("refund_amount__gte", 0)),
                name="return_refund_not_negative",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderreturn",
            trigger=pgtrigger.compiler.Trigger(
                name="returns_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="c252c2a0ddee2a851ac0753794ef73572824af88",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_returns_are_final_959d6",
                    table="promotions_orderreturn",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="cardtransaction",
            index=models.Index(fields=["voucher", "-id"], name="card_transaction_newest"),
        ),
        migrations.AddConstraint(
            model_name="cardtransaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("balance__gte", 0)), name="card_balance_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="cardtransaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__lte", 0), ("type__in", ["CREDITS_REDEMPTION", "CREDITS_REMOVAL"])),
                    models.Q(
                        ("amount__gte", 0),
                        ("type__in", ["CREDITS_ISSUED", "CREDITS_REFUND", "CREDITS_ADDITION"]),
                    ),
                    _connector="OR",
                ),
                name="card_transaction_sign_fits_type",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardtransaction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("type", "CREDITS_REDEMPTION")),
                fields=("redemption", "voucher"),
                name="card_paid_once_for_a_redemption",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardtransaction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("rollback__isnull", False)),
                fields=("rollback", "voucher"),
                name="card_refunded_once_for_a_rollback",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardtransaction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("order_return__isnull", False)),
                fields=("order_return", "redemption", "voucher"),
                name="card_refunded_once_for_a_return",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardtransaction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("type", "CREDITS_ISSUED")), fields=("voucher",), name="card_issued_once"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cardtransaction",
            trigger=pgtrigger.compiler.Trigger(
                name="card_transactions_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ec111fc18e09c7189f3588a9a8049d9a2c12c16e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_card_transactions_are_final_3c6c8",
                    table="promotions_cardtransaction",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetdraw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gte", 0), ("order_return", None), ("rollback", None)),
                    models.Q(("amount__lte", 0), ("order_return", None), ("rollback__isnull", False)),
                    models.Q(("amount__lte", 0), ("order_return__isnull", False), ("rollback", None)),
                    _connector="OR",
                ),
                name="budget_draw_sign_fits_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetdraw",
            constraint=models.UniqueConstraint(
                fields=("counter", "redemption", "rollback", "order_return"),
                name="budget_draw_once",
                nulls_distinct=False,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetdraw",
            trigger=pgtrigger.compiler.Trigger(
                name="budget_draws_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6f3a7ac9410aa0e6058d6977f1bbe95355985cd3",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_budget_draws_are_final_fc3aa",
                    table="promotions_budgetdraw",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="returnedline",
            constraint=models.UniqueConstraint(
                fields=("order_return", "position"), name="returned_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="returnedline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0), ("refund_amount__gte", 0)),
                name="returned_line_not_negative",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="returnedline",
            trigger=pgtrigger.compiler.Trigger(
                name="returned_lines_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="7f08e82966e462782b39a42a7cafb4ea00da5465",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_returned_lines_are_final_b9c0a",
                    table="promotions_returnedline",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="returnedshare",
            constraint=models.UniqueConstraint(
                fields=("order_return", "redemption"), name="returned_share_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="returnedshare",
            constraint=models.CheckConstraint(
                condition=models.Q(("credits__gte", 0), ("order_amount__gte", 0)),
                name="returned_share_not_negative",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="returnedshare",
            trigger=pgtrigger.compiler.Trigger(
                name="returned_shares_are_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1b74a810253a1507e1685ab0cc737b15d782cf4c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_returned_shares_are_final_e8f4c",
                    table="promotions_returnedshare",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="validationsession",
            index=models.Index(fields=["expires_at"], name="session_expiry"),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voucher__isnull", False)),
                fields=("session", "voucher"),
                name="hold_voucher_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("promotion_tier__isnull", False)),
                fields=("session", "promotion_tier"),
                name="hold_tier_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("voucher__isnull", False), ("promotion_tier__isnull", False), _connector="XOR"
                ),
                name="hold_is_of_one_redeemable",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("credits__gte", 0), ("discount_amount__gte", 0)), name="hold_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)), fields=("name",), name="budget_name_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("limit__gte", 0)), name="budget_limit_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_on", None),
                    ("ends_on", None),
                    ("ends_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="budget_plan_ends_after_its_start",
            ),
        ),
    ]
