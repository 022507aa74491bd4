"""Collisions on pages of others: beside drafts, on requests for approval, behind a refusal in “Why?”."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.test import Client

from approvals import registry
from calendar_app import showing
from calendar_app.overlaps import Kind
from calendar_app.services import conflicts, drafts
from core.actors import Actor
from promotions import approval_contents
from promotions.models import Campaign
from promotions.previews import plans
from promotions.previews.proposal import Codes, Proposal
from tests.conftest import NOW
from tests.core.admin.conftest import admin_page
from tests.factories.calendar import conflict
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import CampaignFactory, percent

__all__ = ["admin_page"]
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def articles(db: None) -> None:
    ProductFactory(name="Mug", price=2_000)


def text_of(html: str) -> str:
    text = unescape(re.sub(r"<[^>]+>", " ", html)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", text)


def campaign(name: str, percent_off: int, first: int, last: int) -> Campaign:
    """Runs from one day to another, counted from now."""
    return CampaignFactory(
        name=name, discount=percent(percent_off), starts_at=NOW + first * DAY, ends_at=NOW + last * DAY
    )


def draft(**values: Any) -> Proposal:
    usual = {
        "name": "Draft",
        "campaign": "Draft",
        "discount": percent(25),
        "codes": Codes(code="DRAFT"),
        "starts_at": NOW + DAY,
        "ends_at": NOW + 5 * DAY,
    }
    return Proposal(**{**usual, **values})


def test_a_draft_is_held_against_everything_on_the_calendar() -> None:
    campaign("Spring", 20, 2, 4)
    campaign("Summer", 20, 30, 40)

    (one,) = drafts.collisions([draft()], now=NOW).shown

    assert one.found.kind is Kind.DOUBLE_DISCOUNT
    assert one.found.right is not None
    assert {one.found.left.name, one.found.right.name} == {"Draft", "Spring"}
    assert one.found.first_at == NOW + 2 * DAY
    assert one.receipt is not None
    # 25 % off, then 20 % off the rest, or the other way round.
    assert one.receipt["percent"] == "40"


def test_a_draft_at_other_dates_collides_with_nothing() -> None:
    campaign("Spring", 20, 2, 4)

    found = drafts.collisions([draft(starts_at=NOW + 5 * DAY, ends_at=NOW + 9 * DAY)], now=NOW)

    assert found.shown == ()


def test_a_change_is_not_held_against_the_campaign_that_it_changes() -> None:
    spring = campaign("Spring", 20, 2, 4)
    campaign("Easter", 25, 3, 5)

    found = drafts.collisions(plans.of_campaign(spring), now=NOW)

    assert len(found.shown) == 1
    other = found.shown[0].found
    assert "Easter" in {other.left.name, other.right.name if other.right else ""}


def test_small_overlaps_are_only_counted() -> None:
    campaign("Spring", 5, 2, 4)

    found = drafts.collisions([draft(discount=percent(10))], now=NOW)

    assert (found.shown, found.small) == ((), 1)


def test_beside_a_draft_stand_the_sentence_and_the_basket(admin_page: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        spring = campaign("Spring", 20, 2, 4)
        campaign("Easter", 25, 3, 5)

        page = text_of(admin_page.get("/admin/promotions/preview/", {"campaign": spring.pk}).text)

    assert "Collisions with other promotions" in page
    assert "Discounted twice" in page
    assert "Easter" in page
    assert "A basket that shows it" in page
    assert "At the same time, for some of the same products" not in page


# Requests for approval ------------------------------------------------------------------------------------
def asked(of: Campaign, **changed: Any) -> Any:
    content = approval_contents.campaign(of.pk) or {}
    return SimpleNamespace(
        target_type="campaign",
        target_id=of.public_id,
        target_label=of.name,
        requester_label="Mara",
        public_id="apr_1",
        base=content,
        proposal={**content, **changed},
        facts={},
    )


def wire(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def evidence(request: Any) -> str:
    panel = next(one for one in registry.panels() if one.name == "calendar.collisions")
    with time_machine.travel(NOW, tick=False):
        return text_of(panel.render(request, None))


def test_evidence_is_of_what_is_proposed_and_not_of_what_is_there() -> None:
    campaign("Spring", 20, 2, 4)
    moved = campaign("Easter", 25, 30, 34)

    there = evidence(asked(moved))
    proposed = evidence(asked(moved, start_date=wire(NOW + 3 * DAY), expiration_date=wire(NOW + 6 * DAY)))

    assert "With nothing" in there
    assert "Spring" in proposed
    assert "40 %" in proposed


def test_evidence_says_what_was_accepted_about_the_same_two(actor: Actor) -> None:
    spring, easter = campaign("Spring", 20, 2, 6), campaign("Easter", 25, 3, 5)
    row = conflict(spring, easter)
    conflicts.accept(conflict_id=row.pk, reason="Members may have both.", actor=actor, now=NOW)

    said = evidence(asked(easter, discount=percent(30)))

    assert "44 %" in said
    assert "accepted the same on 10 Mar 2026: “Members may have both.”" in said


def test_what_reaches_nobody_has_no_evidence() -> None:
    campaign("Spring", 20, 2, 6)
    easter = campaign("Easter", 25, 3, 5)

    assert evidence(asked(easter, active=False)) == ""
    assert evidence(SimpleNamespace(target_type="voucher", target_id="v_1", proposal={}, facts={})) == ""


# Why? -----------------------------------------------------------------------------------------------------
def test_a_refusal_leads_to_the_collision_of_its_campaigns(actor: Actor) -> None:
    spring, easter, other = CampaignFactory(), CampaignFactory(), CampaignFactory()
    row = conflict(spring, easter, kind=Kind.EXCLUSIVE_CLASH)

    assert showing.clash_url(easter.pk, [other.pk, spring.pk]) == f"/admin/calendar/conflicts/{row.pk}/"
    assert showing.clash_url(easter.pk, [other.pk]) == ""
