from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from core.models import ProjectSettings
from tests.core.admin.conftest import admin_page, page_as
from tests.promotions.admin.conftest import press
from tests.referrals.world import NOW

__all__ = ["admin_page", "page_as", "press"]


@pytest.fixture
def _today(db: None) -> Iterator[None]:
    """NOW, in euros and in Warsaw."""
    ProjectSettings.objects.update(time_zone="Europe/Warsaw", currency="EUR")
    with time_machine.travel(NOW, tick=False):
        yield
