from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from core.actors import Actor
from core.api.serializers.project import stacking_rules_output
from core.errors import InvalidPayload, NotFound
from core.models import AuditEntry, ProjectSettings
from core.services import project, stacking_rules
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


def test_stacking_rules_live_from_creation_to_deletion(settings_row: ProjectSettings) -> None:
    project.update(changes={"redeemables_limit": 3}, actor=SYSTEM, now=NOW)

    made = stacking_rules.create(changes={"applicable_redeemables_limit": 9}, actor=SYSTEM, now=NOW)
    assert made.stacking_rules_id.startswith("stk_")
    assert (made.redeemables_limit, made.applicable_redeemables_limit) == (30, 9)
    with pytest.raises(stacking_rules.StackingRulesExist):
        stacking_rules.create(changes={}, actor=SYSTEM, now=NOW)
    with pytest.raises(NotFound):
        stacking_rules.update(rules_id="stk_other", changes={}, actor=SYSTEM, now=NOW)

    stacking_rules.update(
        rules_id=made.stacking_rules_id,
        changes={"applicable_exclusive_redeemables_per_category_limit": None},
        actor=SYSTEM,
        now=NOW,
    )
    stacking_rules.delete(rules_id=made.stacking_rules_id, actor=SYSTEM, now=NOW)

    fresh = ProjectSettings.objects.get()
    assert (fresh.stacking_rules_id, fresh.stacking_rules_created_at) == ("", None)
    assert {name: getattr(fresh, name) for name in project.STACKING_FIELDS} == stacking_rules.defaults()
    with pytest.raises(NotFound):
        stacking_rules.delete(rules_id="", actor=SYSTEM, now=NOW)
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        "project.updated",
        "stacking_rules.created",
        "stacking_rules.updated",
        "stacking_rules.deleted",
    ]


def test_stacking_rules_of_validations_have_every_key_and_numbers_for_no_limit() -> None:
    settings = ProjectSettings(applicable_exclusive_redeemables_per_category_limit=None)

    assert stacking_rules_output(settings, ["cat_1"], ["cat_2"]) == {
        "redeemables_limit": 30,
        "applicable_redeemables_limit": 5,
        "applicable_redeemables_per_category_limit": 30,
        "applicable_redeemables_category_limits": {},
        "applicable_exclusive_redeemables_limit": 1,
        "applicable_exclusive_redeemables_per_category_limit": 5,
        "exclusive_categories": ["cat_1"],
        "joint_categories": ["cat_2"],
        "redeemables_application_mode": "ALL",
        "redeemables_sorting_rule": "REQUESTED_ORDER",
        "grouped_redeemables_sorting_rule": "JOINT_ALWAYS_LAST",
        "redeemables_products_application_mode": "STACK",
        "redeemables_no_effect_rule": "REDEEM_ANYWAY",
        "no_effect_skip_categories": [],
        "no_effect_redeem_anyway_categories": [],
        "redeemables_rollback_order_mode": "WITH_ORDER",
        "discount_calculation_mode": "DISCOUNTED_AMOUNT",
        "initial_amount_mode_categories": [],
        "discounted_amount_mode_categories": [],
    }
