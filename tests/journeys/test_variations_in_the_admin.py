"""One idea for two audiences: a pasted table, drafts, one change for both, launched together."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from promotions.models import Campaign, Lifecycle
from tests.factories.commerce import SegmentFactory
from tests.factories.promotions import CampaignFactory, percent
from tests.journeys.conftest import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

TABLE = "Name\tDiscount\tSegment\nMembers\t25 %\tMembers\nStudents\t30 %\tStudent\n"


def test_two_variations_from_a_pasted_table(tab: Page, marketer: User) -> None:
    for name in ("Members", "Students"):
        SegmentFactory(name=name)
    parent = CampaignFactory(name="Harbour weekend", discount=percent(20))
    sign_in(tab)
    tab.goto(f"/admin/promotions/campaign/{parent.pk}/change/")
    tab.locator(".fanfare-menu summary", has_text="More").click()
    tab.get_by_role("link", name="Variations").click()

    tab.fill("[name=pasted]", TABLE)
    tab.get_by_role("button", name="Show the table").last.click()
    expect(tab.get_by_text("There is no segment “Student”.")).to_be_visible()
    tab.fill("[name=cell-1-2]", "Students")
    tab.get_by_role("button", name="Look again").click()
    expect(tab.get_by_text(re.compile(r"25.%.off the order"))).to_be_visible()
    assert Campaign.objects.count() == 1
    tab.get_by_role("button", name="Make 2 drafts").click()
    expect(tab.get_by_text("2 drafts are made.")).to_be_visible()

    tab.fill("[name=discount] >> nth=0", "35")
    tab.get_by_role("button", name="Change them").click()
    expect(tab.get_by_text("2 variations are changed.")).to_be_visible()
    tab.get_by_role("button", name="Launch the drafts").click()
    expect(tab.get_by_text("2 variations are launched.")).to_be_visible()

    made = Campaign.objects.filter(variation__parent=parent)
    assert {(one.discount["percent_off"], one.lifecycle) for one in made} == {(35, Lifecycle.LIVE)}
    assert made.count() == 2
