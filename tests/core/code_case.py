"""The guard of the floor that owns codes, for tests of core alone."""

from __future__ import annotations

from django.db import connection

from core.project import CODE_CASE_CONSTRAINT


def forbid_change_of_code_case() -> None:
    """What the floor that owns codes puts into the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION 'no' USING ERRCODE = '23514', CONSTRAINT = '{CODE_CASE_CONSTRAINT}'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE OF case_insensitive_codes ON core_projectsettings "
            "FOR EACH ROW "
            "WHEN (OLD.case_insensitive_codes IS DISTINCT FROM NEW.case_insensitive_codes) "
            "EXECUTE FUNCTION pg_temp.refuse()"
        )
