from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from core.actors import Actor
from core.errors import InvalidPayload
from core.models import AuditEntry, ProjectSettings
from core.services import project
from tests.conftest import NOW
from tests.core.code_case import forbid_change_of_code_case

SYSTEM = Actor.system("tests")


def test_change_is_saved_and_written_down(settings_row: ProjectSettings) -> None:
    project.update(changes={"currency": "PLN", "name": "Fanfare"}, actor=SYSTEM, now=NOW)

    settings_row.refresh_from_db()
    assert (settings_row.currency, settings_row.updated_at) == ("PLN", NOW)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.before, entry.after) == (
        "project.updated",
        {"currency": "EUR"},
        {"currency": "PLN"},
    )


def test_nothing_new_is_not_written_down(settings_row: ProjectSettings) -> None:
    project.update(changes={"currency": "EUR"}, actor=SYSTEM, now=NOW)

    assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("currency", "eur"),
        ("currency", "EURO"),
        ("time_zone", "Warsaw"),
        ("redeemables_limit", 0),
        ("redeemables_limit", 31),
        ("applicable_exclusive_redeemables_limit", 6),
        ("redeemables_application_mode", "SOME"),
        ("grouped_redeemables_sorting_rule", "JOINT_FIRST"),
        ("first_weekday", 3),
        ("name", ""),
        ("public_id", "proj_mine"),
        ("id", 2),
        ("stacking_rules_id", "stk_mine"),
    ],
)
def test_values_out_of_range_are_refused(settings_row: ProjectSettings, name: str, value: Any) -> None:
    before = getattr(settings_row, name)

    with pytest.raises(InvalidPayload, match=f"Property .{name}"):
        project.update(changes={"description": "new", name: value}, actor=SYSTEM, now=NOW)

    fresh = ProjectSettings.objects.get()
    assert (getattr(fresh, name), fresh.description) == (before, "")
    assert AuditEntry.objects.count() == 0


def test_spelling_rule_is_fixed_once_the_database_says_so(settings_row: ProjectSettings) -> None:
    project.update(changes={"case_insensitive_codes": True}, actor=SYSTEM, now=NOW)
    forbid_change_of_code_case()

    with transaction.atomic():
        with pytest.raises(project.CodeCaseFixed):
            project.update(changes={"case_insensitive_codes": False}, actor=SYSTEM, now=NOW)
        project.update(changes={"case_insensitive_codes": True, "name": "Other"}, actor=SYSTEM, now=NOW)

    fresh = ProjectSettings.objects.get()
    assert (fresh.case_insensitive_codes, fresh.name) == (True, "Other")
