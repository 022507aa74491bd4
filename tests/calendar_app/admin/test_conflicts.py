"""The page of collisions, the page of one, and what people decide there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from calendar_app.models import Conflict, RefreshProgress
from calendar_app.overlaps import FixKind, Kind, Severity
from calendar_app.services import conflicts
from core.models import AuditEntry
from engine.algebra import Answer
from promotions.models import CampaignSetup
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.calendar_app.admin.conftest import URL, said
from tests.conftest import NOW
from tests.factories.calendar import conflict, receipt
from tests.factories.commerce import ProductFactory, SegmentFactory
from tests.factories.promotions import CampaignFactory, CategoryFactory

pytestmark = pytest.mark.django_db
REASON = {"_form_submitted": "True", "reason": "Both are meant for Saturday."}
DAY = timedelta(days=1)


def shown(browser: Client, **question: Any) -> list[str]:
    """The sentences of the cards, in order."""
    page = browser.get(URL, question)
    assert page.status_code == 200
    return [card.conflict.sentence for card in page.context["cards"]]


def test_what_costs_most_stands_first(admin_page: Client) -> None:
    conflict(cost=100, sentence="cheap")
    conflict(cost=None, severity=Severity.LOW, sentence="nobody knows")
    conflict(cost=None, severity=Severity.HIGH, sentence="nobody knows, but bad")
    conflict(cost=90_000, sentence="dear")

    assert shown(admin_page, weight="all") == ["dear", "cheap", "nobody knows, but bad", "nobody knows"]
    assert shown(admin_page) == ["dear", "cheap", "nobody knows, but bad"]


def test_what_was_not_compared_is_said(admin_page: Client) -> None:
    conflict(sentence="dear")
    assert "were not compared" not in said(admin_page.get(URL))

    RefreshProgress.objects.create(left_out=1_234)

    assert "1,234 more pairs of campaigns may meet and were not compared" in said(admin_page.get(URL))


def test_small_ones_are_counted_and_shown_to_whoever_asks(admin_page: Client) -> None:
    conflict(severity=Severity.LOW, sentence="small")

    page = admin_page.get(URL)

    assert "1 small overlap left out" in said(page)
    assert page.context["small"][1] == "?weight=all"
    assert shown(admin_page, weight="small") == ["small"]


def test_a_card_says_who_when_how_many_and_shows_a_basket(admin_page: Client) -> None:
    left, right = CampaignFactory(name="Spring sale"), CampaignFactory(name="VIP week")
    conflict(left, right, sentence="They meet for 412 customers.")

    text = said(admin_page.get(URL))

    for part in (
        "They meet for 412 customers.",
        "Discounted twice",
        "Spring sale",
        "VIP week",
        "about 120.00 EUR",
        "412",
        "38",
        "35 %",
        "Proved by a basket",
        "2 × Mug",
        "Spring sale −2.00 EUR",
        "VIP week −5.00 EUR",
        "To pay saves 7.00 EUR (35 %) 13.00 EUR",
    ):
        assert part in text


def test_a_refused_one_says_why_and_what_it_gives_alone(admin_page: Client) -> None:
    steps = [
        {"side": "left", "alone": 200, "together": 200, "refused": ""},
        {"side": "right", "alone": 500, "together": 0, "refused": "exclusion_rules_not_met"},
    ]
    row = conflict(
        kind=Kind.EXCLUSIVE_CLASH, facts={"receipt": receipt(steps=steps, discount=200, percent="10")}
    )

    text = said(admin_page.get(f"{URL}{row.pk}/"))

    assert "refused: It may not stand beside an exclusive discount. Alone it takes off 5.00 EUR." in text


def test_what_cannot_be_told_is_named(admin_page: Client) -> None:
    conflict(
        kind=Kind.UNKNOWN,
        certainty=Answer.UNKNOWN,
        facts={"receipt": None, "opaque": ["The formula of “Spring” reads metadata of the order."]},
    )

    text = said(admin_page.get(URL))

    assert "May be: nobody can rule it out" in text
    assert "The formula of “Spring” reads metadata of the order." in text
    assert "A basket that shows it" not in text


def test_filters_leave_what_was_asked_for(admin_page: Client) -> None:
    spring = CampaignFactory(name="Spring")
    conflict(spring, sentence="of spring")
    conflict(kind=Kind.SHARED_BUDGET, sentence="budget")
    conflict(severity=Severity.HIGH, sentence="bad")
    conflict(state=Conflict.State.GONE, gone_at=NOW, sentence="gone")
    conflict(starts_at=NOW + 40 * DAY, ends_at=NOW + 50 * DAY, sentence="later")
    conflict(starts_at=NOW + 45 * DAY, ends_at=None, sentence="without an end")

    assert shown(admin_page, campaign=f"campaign:{spring.public_id}") == ["of spring"]
    assert shown(admin_page, kind=Kind.SHARED_BUDGET.value) == ["budget"]
    assert shown(admin_page, weight="high") == ["bad"]
    assert shown(admin_page, state="gone") == ["gone"]
    assert shown(admin_page, first="2026-04-20", order="soonest") == ["later", "without an end"]
    assert shown(admin_page, first="2026-04-20", last="2026-04-23") == ["later"]
    assert len(shown(admin_page, state="all")) == 6


def test_mine_are_those_of_campaigns_that_i_made(page_as: Callable[[str], Client]) -> None:
    browser = page_as("Marketer")
    me = User.objects.get(username="marketer-person")
    from core.staff import as_actor

    own = campaigns.create(
        spec=CampaignSpec(
            kind="DISCOUNT_COUPONS", vouchers_count=0, values={"name": "Mine", "discount": _percent()}
        ),
        actor=as_actor(me),
        now=NOW,
    )
    conflict(right=own, sentence="mine")
    conflict(sentence="of others")

    assert shown(browser, mine="on") == ["mine"]


def _percent() -> dict[str, Any]:
    return {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"}


def test_a_question_without_sense_is_told_and_answered_as_well_as_it_goes(admin_page: Client) -> None:
    conflict(sentence="there")

    page = admin_page.get(URL, {"kind": "NONSENSE", "first": "2026-03-12", "last": "2026-03-01", "page": "x"})

    assert page.status_code == 200
    assert "The last day lies before the first." in page.text
    assert [card.conflict.sentence for card in page.context["cards"]] == ["there"]


def test_an_empty_list_teaches_what_would_stand_there(admin_page: Client) -> None:
    text = said(admin_page.get(URL))

    assert "No two promotions get in each other's way." in text
    assert "Only one of them applies" in text
    assert "No collision is like that." in said(admin_page.get(URL, {"weight": "high"}))


def test_notifications_lead_to_one_of_them(admin_page: Client) -> None:
    row = conflict()

    assert admin_page.get(URL, {"conflict": row.public_id}).headers["Location"] == f"{URL}{row.pk}/"
    assert admin_page.get(URL, {"conflict": "conf_none"}).status_code == 404


def test_the_page_costs_the_same_for_one_and_for_many(
    admin_page: Client, count_queries: Callable[..., int]
) -> None:
    segment, mug = SegmentFactory(name="VIP"), ProductFactory(name="Mug")
    facts = {
        "receipt": receipt(
            segments=[segment.public_id],
            lines=[{"id": mug.public_id, "name": "", "quantity": 1, "amount": 2000, "discount": 0}],
        )
    }
    conflict(facts=facts)
    few = count_queries(lambda: admin_page.get(URL))
    for _ in range(12):
        conflict(facts=facts)

    assert count_queries(lambda: admin_page.get(URL)) == few


def test_names_of_articles_and_segments_stand_on_the_receipt(admin_page: Client) -> None:
    segment, mug = SegmentFactory(name="VIP"), ProductFactory(name="Blue mug")
    line = {"id": mug.public_id, "name": "", "quantity": 1, "amount": 2000, "discount": 0}
    row = conflict(facts={"receipt": receipt(segments=[segment.public_id], lines=[line])})

    text = said(admin_page.get(f"{URL}{row.pk}/"))

    assert "1 × Blue mug" in text
    assert "a customer in VIP" in text


# What people decide ---------------------------------------------------------------------------------------
def test_accepting_asks_for_the_reason_and_is_audited(admin_page: Client) -> None:
    row = conflict()
    url = f"{URL}{row.pk}/accept/"
    assert "Accept this collision?" in admin_page.get(url).text

    refused = admin_page.post(url, {**REASON, "reason": " "})
    row.refresh_from_db()
    assert (refused.status_code, row.state) == (200, Conflict.State.OPEN)

    done = admin_page.post(f"{url}?back={URL}%3Fkind%3DDOUBLE_DISCOUNT", REASON)

    row.refresh_from_db()
    assert done.headers["HX-Redirect"] == f"{URL}?kind=DOUBLE_DISCOUNT"
    assert row.state == Conflict.State.ACCEPTED
    assert row.acceptance is not None
    assert row.acceptance.reason == "Both are meant for Saturday."
    assert AuditEntry.objects.filter(entity_type="conflict", entity_id=row.public_id).count() == 1
    text = said(admin_page.get(f"{URL}{row.pk}/"))
    assert "Both are meant for Saturday." in text
    assert re.search(r"Accepted by \S+", text)


def test_what_was_accepted_is_opened_again(admin_page: Client, actor: Any) -> None:
    row = conflict()
    conflicts.accept(conflict_id=row.pk, reason="Meant so.", actor=actor, now=NOW)

    admin_page.post(f"{URL}{row.pk}/reopen/", {**REASON, "reason": "It is not."})

    row.refresh_from_db()
    assert row.state == Conflict.State.OPEN
    text = said(admin_page.get(f"{URL}{row.pk}/"))
    assert text.index("It is not.") < text.index("Meant so.") < text.index("It was found")


def test_many_are_accepted_with_one_reason(admin_page: Client) -> None:
    rows = [conflict() for _ in range(3)]
    chosen = [row.pk for row in rows[:2]]
    url = f"{URL}accept/?chosen={chosen[0]}&chosen={chosen[1]}&chosen=x&chosen=999999999999"
    assert "Accept 2 collisions?" in admin_page.get(url).text

    done = admin_page.post(url, REASON)

    assert done.headers["HX-Redirect"] == URL
    states = dict(Conflict.objects.values_list("pk", "state"))
    assert [states[row.pk] for row in rows] == ["ACCEPTED", "ACCEPTED", "OPEN"]
    assert "Nothing is chosen" in admin_page.get(f"{URL}accept/").text


def test_another_host_is_no_way_back(admin_page: Client) -> None:
    row = conflict()

    done = admin_page.post(f"{URL}{row.pk}/accept/?back=https://elsewhere.example/", REASON)

    assert done.headers["HX-Redirect"] == f"{URL}{row.pk}/"


def test_who_only_looks_decides_nothing(page_as: Callable[[str], Client]) -> None:
    browser, row = page_as("Viewer"), conflict()

    assert "Accept with a reason" not in browser.get(URL).text
    assert browser.post(f"{URL}{row.pk}/accept/", REASON).status_code == 403
    assert browser.post(f"{URL}accept/?chosen={row.pk}", REASON).status_code == 403
    row.refresh_from_db()
    assert row.state == Conflict.State.OPEN


def test_who_works_elsewhere_is_told_nothing(page_as: Callable[[str], Client]) -> None:
    row = conflict(sentence="Secret sale meets another one.")
    browser = page_as("Restricted marketer")

    assert shown(browser, state="all", weight="all") == []
    assert "Secret sale" not in browser.get("/admin/").text
    assert browser.get(f"{URL}{row.pk}/").status_code == 404
    assert browser.get(URL, {"conflict": row.public_id}).status_code == 404
    assert browser.post(f"{URL}{row.pk}/accept/", REASON).status_code == 404
    assert "Nothing is chosen" in browser.post(f"{URL}accept/?chosen={row.pk}", REASON).text
    row.refresh_from_db()
    assert row.state == Conflict.State.OPEN


# What would end it ----------------------------------------------------------------------------------------
def fix(kind: FixKind, key: str, **values: Any) -> dict[str, Any]:
    return {"kind": kind.value, "key": key, "sentence": f"Do {kind.value}.", "values": values}


def test_excluding_opens_the_wizard_with_the_products_excluded(admin_page: Client) -> None:
    left, right = CampaignFactory(name="Spring"), CampaignFactory()
    items = [{"object": "products_collection", "id": "pc_shoes"}]
    fixes = [fix(FixKind.EXCLUDE_PRODUCTS, f"campaign:{left.pk}", items=items)]
    row = conflict(left, right, facts={"fixes": fixes})
    assert "Exclude the products" in admin_page.get(URL).text

    done = admin_page.post(f"{URL}{row.pk}/fix/")

    note = CampaignSetup.objects.get()
    assert done.headers["Location"] == f"/admin/promotions/campaign/wizard/{note.pk}/products/"
    assert (note.campaign, note.answers["products"]["excluded"]) == (left, ["products_collection:pc_shoes"])


def test_moving_opens_the_dialog_with_the_dates(admin_page: Client) -> None:
    left, right = CampaignFactory(), CampaignFactory()
    starts = (NOW + 9 * DAY).isoformat()
    fixes = [fix(FixKind.MOVE, f"campaign:{right.pk}", starts_at=starts, ends_at=None)]
    row = conflict(left, right, facts={"fixes": fixes})

    page = unescape(admin_page.get(f"{URL}{row.pk}/").text)

    assert f"/admin/calendar/move/?campaign={right.pk}&starts_at=2026-03-19" in page


def test_the_order_is_set_in_the_category(admin_page: Client) -> None:
    category = CategoryFactory(hierarchy=4)
    fixes = [fix(FixKind.PRIORITY, "campaign:1", category=category.public_id, hierarchy=2)]
    row = conflict(facts={"fixes": fixes})

    done = admin_page.post(f"{URL}{row.pk}/fix/")

    url = f"/admin/promotions/category/{category.pk}/change/?hierarchy=2"
    assert done.headers["Location"] == url
    assert admin_page.post(f"{URL}{row.pk}/fix/", {"place": "7"}).status_code == 404
    assert admin_page.get(f"{URL}{row.pk}/fix/").status_code == 405


# On the page of a campaign --------------------------------------------------------------------------------
def test_a_campaign_has_a_tab_with_their_number(admin_page: Client) -> None:
    spring = CampaignFactory(name="Spring")
    conflict(spring, sentence="one")
    conflict(right=spring, sentence="two")
    conflict(spring, state=Conflict.State.GONE, gone_at=NOW, sentence="gone")
    conflict(sentence="of others")

    page = admin_page.get(f"/admin/promotions/campaign/{spring.pk}/change/").text
    inside = admin_page.get(f"/admin/calendar/campaign/{spring.pk}/conflicts/")

    assert "Collisions (2)" in page
    assert f'hx-get="/admin/calendar/campaign/{spring.pk}/conflicts/"' in page
    assert {card.conflict.sentence for card in inside.context["cards"]} == {"one", "two"}
    assert admin_page.get("/admin/calendar/campaign/0/conflicts/").status_code == 404


def test_the_button_leads_to_its_days_in_the_calendar(admin_page: Client) -> None:
    spring = CampaignFactory(starts_at=NOW + 4000 * DAY)

    done = admin_page.get(f"/admin/promotions/campaign/{spring.pk}/calendar/")

    assert done.headers["Location"] == f"/admin/calendar/?on=2037-02-20&focus=campaign%3A{spring.pk}"
