"""Every list and every page of an object in the admin asks as many questions among many rows as among few.

No list of ours can forget a screen: they are read from the admin itself. By day every second of them is
asked, with FANFARE_NIGHTLY=1 each.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import nightly
from tests.config.admin_pages import pages
from tests.config.multiplied import multiply
from tests.core.admin.conftest import admin_page
from tests.security.world import World, build

__all__ = ["admin_page"]

MORE: Final = 12


@pytest.fixture
def world(db: None) -> World:
    return build()


def questions(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(address)
    assert answer.status_code in {200, 302}, f"{address}: {answer.status_code}"
    return len(asked)


def test_every_page_costs_the_same_among_many_rows(admin_page: Client, world: World) -> None:
    due = [page for page in pages(world) if nightly.is_due(page[0], one_in=2)]
    for _, address in due:
        admin_page.get(address)  # what is kept for the process is asked for once
    few = {name: questions(admin_page, address) for name, address in due}
    multiplied = {name for name, row in world.items() if multiply(row, MORE)}
    assert len(multiplied) > len(world) * 2 // 3, sorted(set(world) - multiplied)

    many = {name: questions(admin_page, address) for name, address in due}

    dearer = {name: (few[name], number) for name, number in many.items() if number > few[name]}
    assert dearer == {}


def test_rows_are_really_multiplied(world: World) -> None:
    """Or the other test would say yes to everything."""
    for name in ("promotions.campaign", "promotions.voucher", "commerce.order", "promotions.redemption"):
        row: Any = world[name]
        model: type[models.Model] = type(row)
        before = model._base_manager.count()

        assert multiply(row, MORE)
        assert model._base_manager.count() == before + MORE
