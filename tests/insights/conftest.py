from __future__ import annotations

import pytest

from insights.models import AlertRule


@pytest.fixture
def only_my_rules(db: None) -> None:
    """The rules that every project begins with watch nothing in these tests."""
    AlertRule.objects.update(is_active=False)
