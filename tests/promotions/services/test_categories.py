from __future__ import annotations

from typing import Any

import pytest

from core.actors import Actor
from core.errors import ResourceInUse
from core.models import AuditEntry
from promotions.models import Category
from promotions.services import categories
from tests.conftest import NOW
from tests.factories.promotions import CategoryFactory

BY: dict[str, Any] = {"actor": Actor.system("tests"), "now": NOW}


@pytest.mark.parametrize(
    "special",
    [
        {"stacking_type": "EXCLUSIVE"},
        {"stacking_type": "JOINT"},
        {"applicable_limit": 2},
        {"no_effect_rule": "SKIP"},
        {"no_effect_rule": "REDEEM_ANYWAY"},
        {"calculation_mode": "INITIAL_AMOUNT"},
        {"calculation_mode": "DISCOUNTED_AMOUNT"},
    ],
)
def test_every_stacking_rule_keeps_its_category(db: None, special: dict[str, Any]) -> None:
    category = CategoryFactory(**special)

    with pytest.raises(ResourceInUse):
        categories.delete(category_id=category.pk, with_stacking_rules=False, **BY)
    assert Category.objects.exists()

    categories.delete(category_id=category.pk, with_stacking_rules=True, **BY)
    assert not Category.objects.exists()
    before = AuditEntry.objects.get().before
    assert {name: before[name] for name in special} == special


def test_without_rules_it_goes(db: None) -> None:
    categories.delete(category_id=CategoryFactory().pk, with_stacking_rules=False, **BY)

    assert not Category.objects.exists()
