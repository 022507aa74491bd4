"""Where each campaign stands: what is there already follows from its switch, its dates and the bin."""

import django_fsm
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

_STANDS = """
UPDATE promotions_campaign SET lifecycle = CASE
    WHEN deleted_at IS NOT NULL THEN 'ARCHIVED'
    WHEN NOT is_active THEN 'PAUSED'
    WHEN ends_at <= now() THEN 'ENDED'
    ELSE 'SCHEDULED'
END
WHERE deleted_at IS NOT NULL OR NOT is_active OR ends_at <= now() OR starts_at > now()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("promotions", "0011_emergency_stops"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="planned_code",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=255),
        ),
        migrations.AddField(
            model_name="campaign",
            name="planned_codes",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="campaign",
            name="lifecycle",
            field=django_fsm.FSMField(
                choices=[
                    ("DRAFT", "Draft"),
                    ("IN_REVIEW", "In review"),
                    ("CHANGES_REQUESTED", "Changes requested"),
                    ("REJECTED", "Rejected"),
                    ("APPROVED", "Approved"),
                    ("SCHEDULED", "Scheduled"),
                    ("LIVE", "Running"),
                    ("PAUSED", "Paused"),
                    ("ENDED", "Ended"),
                    ("ARCHIVED", "In the bin"),
                ],
                default="LIVE",
                editable=False,
                max_length=20,
                protected=True,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["lifecycle", "starts_at"], name="campaign_next_start"),
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["lifecycle", "ends_at"], name="campaign_next_end"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="campaign",
            trigger=pgtrigger.compiler.Trigger(
                name="campaign_lifecycle_follows_switch",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nNEW.lifecycle := COALESCE(NEW.lifecycle, 'LIVE');\nIF NEW.deleted_at IS NOT NULL THEN\n    NEW.lifecycle := 'ARCHIVED';\nELSIF NEW.lifecycle IN ('SCHEDULED', 'LIVE', 'ENDED') AND NOT NEW.is_active THEN\n    NEW.lifecycle := 'PAUSED';\nELSIF NEW.lifecycle = 'PAUSED' AND NEW.is_active THEN\n    NEW.lifecycle := 'LIVE';\nEND IF;\nRETURN NEW;\n",
                    hash="bf333d872a8150bc10dd26c6e31c828062c2dd7f",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_campaign_lifecycle_follows_switch_d9cab",
                    table="promotions_campaign",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(_STANDS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("is_active", False),
                        (
                            "lifecycle__in",
                            ["DRAFT", "IN_REVIEW", "CHANGES_REQUESTED", "REJECTED", "APPROVED", "PAUSED"],
                        ),
                    ),
                    models.Q(("is_active", True), ("lifecycle__in", ("SCHEDULED", "LIVE", "ENDED"))),
                    ("lifecycle", "ARCHIVED"),
                    _connector="OR",
                ),
                name="campaign_lifecycle_fits_switch",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deleted_at__isnull", False), ("lifecycle", "ARCHIVED")),
                    models.Q(models.Q(("lifecycle", "ARCHIVED"), _negated=True), ("deleted_at", None)),
                    _connector="OR",
                ),
                name="campaign_archived_is_in_the_bin",
            ),
        ),
    ]
