from __future__ import annotations

from typing import Any

import pytest

from core.actors import Actor
from core.errors import InvalidPayload, NotFound
from core.models import AuditEntry, ProjectSettings
from core.services import project
from promotions.category_rules import CategoryRules
from promotions.models import Category
from promotions.selectors.stacking_rules import category_rules
from promotions.services import stacking_rules
from promotions.services.stacking_rules import RulesSpec
from tests.conftest import NOW
from tests.factories.promotions import CREATED_AT, CategoryFactory

BY: dict[str, Any] = {"actor": Actor.system("tests"), "now": NOW}
OPPOSITES = [
    ("exclusive_categories", "joint_categories"),
    ("no_effect_skip_categories", "no_effect_redeem_anyway_categories"),
    ("initial_amount_mode_categories", "discounted_amount_mode_categories"),
]


@pytest.fixture
def ids(settings_row: ProjectSettings) -> list[str]:
    """Three categories, oldest first."""
    return [CategoryFactory().public_id for _ in range(3)]


def made(**categories: Any) -> str:
    return stacking_rules.create(spec=RulesSpec(categories=categories), **BY).stacking_rules_id


def test_they_live_from_creation_to_deletion(settings_row: ProjectSettings) -> None:
    project.update(changes={"redeemables_limit": 3}, **BY)

    row = stacking_rules.create(spec=RulesSpec(settings={"applicable_redeemables_limit": 9}), **BY)
    assert row.stacking_rules_id.startswith("stk_")
    assert (row.redeemables_limit, row.applicable_redeemables_limit) == (30, 9)
    with pytest.raises(stacking_rules.StackingRulesExist):
        stacking_rules.create(spec=RulesSpec(), **BY)
    with pytest.raises(NotFound):
        stacking_rules.update(rules_id="stk_other", spec=RulesSpec(), **BY)

    spec = RulesSpec(settings={"applicable_exclusive_redeemables_per_category_limit": None})
    stacking_rules.update(rules_id=row.stacking_rules_id, spec=spec, **BY)
    stacking_rules.delete(rules_id=row.stacking_rules_id, **BY)

    fresh = ProjectSettings.objects.get()
    assert (fresh.stacking_rules_id, fresh.stacking_rules_created_at) == ("", None)
    assert {name: getattr(fresh, name) for name in project.STACKING_FIELDS} == stacking_rules.defaults()
    with pytest.raises(NotFound):
        stacking_rules.delete(rules_id="", **BY)
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        "project.updated",
        "stacking_rules.created",
        "stacking_rules.updated",
        "stacking_rules.deleted",
    ]


def test_lists_of_categories_go_onto_the_categories(ids: list[str]) -> None:
    made(
        exclusive_categories=(ids[0],),
        joint_categories=(ids[1],),
        applicable_redeemables_category_limits={ids[1]: 2},
        no_effect_skip_categories=(ids[2], ids[0]),
        initial_amount_mode_categories=(ids[2],),
        discounted_amount_mode_categories=(ids[1],),
    )

    columns = ("stacking_type", "applicable_limit", "no_effect_rule", "calculation_mode")
    assert list(Category.objects.order_by("pk").values_list(*columns)) == [
        ("EXCLUSIVE", None, "SKIP", ""),
        ("JOINT", 2, "", "DISCOUNTED_AMOUNT"),
        ("", None, "SKIP", "INITIAL_AMOUNT"),
    ]
    assert category_rules().no_effect_skip_categories == (ids[0], ids[2])


def test_a_list_is_replaced_as_a_whole_and_the_others_stay(ids: list[str]) -> None:
    rules_id = made(exclusive_categories=(ids[0], ids[1]), no_effect_skip_categories=(ids[0],))

    spec = RulesSpec(categories={"exclusive_categories": (ids[1], ids[2])})
    stacking_rules.update(rules_id=rules_id, spec=spec, **BY)

    rules = category_rules()
    assert rules.exclusive_categories == (ids[1], ids[2])
    assert rules.no_effect_skip_categories == (ids[0],)
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert entry.before == {"exclusive_categories": [ids[0], ids[1]]}
    assert entry.after == {"exclusive_categories": [ids[1], ids[2]]}


def test_only_what_changed_is_written(ids: list[str]) -> None:
    made(joint_categories=(ids[1],))

    changed = Category.objects.exclude(updated_at=None)
    assert [category.public_id for category in changed] == [ids[1]]
    assert set(Category.objects.values_list("created_at", flat=True)) == {CREATED_AT}


def test_creation_begins_with_the_defaults_and_deletion_ends_there(ids: list[str]) -> None:
    Category.objects.filter(public_id=ids[0]).update(stacking_type="EXCLUSIVE", applicable_limit=3)

    rules_id = made(joint_categories=(ids[1],))
    assert category_rules() == CategoryRules(joint_categories=(ids[1],))

    stacking_rules.delete(rules_id=rules_id, **BY)
    assert category_rules() == CategoryRules()


@pytest.mark.parametrize(("one", "other"), OPPOSITES)
def test_opposites_exclude_each_other(ids: list[str], one: str, other: str) -> None:
    with pytest.raises(InvalidPayload, match=f".{one} and .{other} both hold {ids[0]}"):
        made(**{one: (ids[0],), other: (ids[1], ids[0])})

    rules_id = made(**{one: (ids[0],)})
    with pytest.raises(InvalidPayload, match=ids[0]):
        stacking_rules.update(rules_id=rules_id, spec=RulesSpec(categories={other: (ids[0],)}), **BY)
    assert getattr(category_rules(), one) == (ids[0],)

    both = RulesSpec(categories={one: (), other: (ids[0],)})
    stacking_rules.update(rules_id=rules_id, spec=both, **BY)
    assert getattr(category_rules(), other) == (ids[0],)


@pytest.mark.parametrize("name", [name for pair in OPPOSITES for name in pair])
def test_unknown_categories_are_not_found(ids: list[str], name: str) -> None:
    with pytest.raises(NotFound, match="cat_unknown"):
        made(**{name: (ids[0], "cat_unknown")})
    with pytest.raises(NotFound, match="cat_unknown"):
        made(applicable_redeemables_category_limits={"cat_unknown": 1})

    assert category_rules() == CategoryRules()
    assert ProjectSettings.objects.get().stacking_rules_id == ""
