"""Whether capitals matter in codes cannot change once codes exist (refused by name: `core.project`).

The trigger waits for everybody who is just making a code: they hold the same advisory lock, shared
(`services.codes.SPELLING_LOCK`).
"""

from __future__ import annotations

from django.db import migrations

_CREATE = """
CREATE FUNCTION promotions_code_case_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7410101);
    IF EXISTS (SELECT 1 FROM promotions_voucher WHERE released_at IS NULL) THEN
        RAISE EXCEPTION 'codes exist' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'project_code_case_is_fixed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER promotions_code_case_is_fixed BEFORE UPDATE ON core_projectsettings
    FOR EACH ROW WHEN (OLD.case_insensitive_codes IS DISTINCT FROM NEW.case_insensitive_codes)
    EXECUTE FUNCTION promotions_code_case_is_fixed();
"""
_DROP = """
DROP TRIGGER promotions_code_case_is_fixed ON core_projectsettings;
DROP FUNCTION promotions_code_case_is_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("promotions", "0001_initial"),
        ("core", "0003_project_stacking_rules"),
    ]

    operations = [migrations.RunSQL(_CREATE, _DROP)]
