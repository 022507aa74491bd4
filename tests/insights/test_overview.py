"""The first page of the admin: whether all is well, and what whom needs first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from core import health, periodic, project
from core.health import Check
from core.models import ApiKey, PeriodicRun
from core.services import channel_minutes
from core.services.channel_minutes import Counts
from insights.selectors import today
from insights.selectors.today import Numbers
from insights.services import metrics
from promotions.models import Budget, BudgetDraw, Campaign, Redemption
from tests.conftest import NOW
from tests.core.admin.conftest import admin_page, page_as
from tests.factories.alerts import redemptions
from tests.factories.budgets import BudgetFactory, CounterFactory, draw
from tests.factories.calendar import conflict
from tests.factories.commerce import CustomerFactory, OrderFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory

__all__ = ["admin_page", "page_as"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("only_my_rules")]
WEEK = timedelta(days=7)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def all_is_well(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every process has reported, every job has run. It is Tuesday, noon."""
    monkeypatch.setattr(health, "checks", lambda now: [Check(name="worker", ok=True, detail={})])
    for job in periodic.jobs():
        PeriodicRun.objects.create(task=job.task, since=NOW, started_at=NOW, ended_at=NOW, succeeded_at=NOW)
    with time_machine.travel(NOW, tick=False):
        yield


def redeem(
    number: int, *, at: datetime = NOW, campaign: Campaign | None = None, off: int = 500, **columns: Any
) -> None:
    """So many redemptions with a discount each."""
    campaign = campaign or CampaignFactory()
    for _ in range(number):
        Redemption.objects.create(
            **{
                "redeemed_at": at - timedelta(seconds=1),
                "result": "SUCCESS",
                "status": "SUCCEEDED",
                "related_object_type": "voucher",
                "voucher": VoucherFactory(campaign=campaign),
                "campaign": campaign,
                "customer": CustomerFactory(),
                "discount_amount": off,
                **columns,
            }
        )


def opened(browser: Client) -> Any:
    return browser.get("/admin/").context


def card(context: Any, key: str) -> Any:
    return next(one for one in context["cards"] if one["key"] == key)


def said(context: Any) -> list[str]:
    return [item.text for item in context["state"].items]


def test_says_that_all_is_well(admin_page: Client) -> None:
    redeem(1, at=NOW - timedelta(minutes=2))

    state = opened(admin_page)["state"]

    assert (state.headline, state.look) == ("All is well", "fine")
    assert state.text == f"1 campaign is live. The last redemption was 2{NBSP}minutes ago."


def test_counts_today_against_the_same_time_a_week_ago(admin_page: Client) -> None:
    redeem(6, at=NOW - timedelta(hours=1))
    redeem(4, at=NOW - WEEK - timedelta(hours=1))
    redeem(9, at=NOW - WEEK + timedelta(hours=1))  # later that day
    redeem(5, at=NOW - timedelta(hours=13))  # yesterday
    redeem(1, at=NOW, status="ROLLED_BACK")
    redemptions(3, at=NOW - timedelta(minutes=5), refused="voucher_expired")

    context = opened(admin_page)

    shown = [(fact.title, fact.value, fact.note) for fact in card(context, "numbers")["tiles"]]
    assert shown == [
        ("Redemptions today", "6", f"+50{NBSP}%, 4 a week ago at this time"),
        ("Discounts given today", f"30.00{NBSP}EUR", f"+50{NBSP}%, 20.00{NBSP}EUR a week ago at this time"),
        ("Revenue with a promotion today", f"0.00{NBSP}EUR", "none a week ago at this time"),
        ("Refused today", "3", "none a week ago at this time"),
    ]
    picture = card(context, "hours")["picture"]
    assert picture.text == "6 redemptions today so far, 13 on the whole same day a week ago."
    assert [(bar.x // 30, bar.is_running) for bar in picture.bars] == [(10, False)]


def test_numbers_are_the_same_with_metrics_and_without() -> None:
    """Hours that are over come from the metrics, as soon as they are up to date."""
    campaign = CampaignFactory()
    for hours in (0, 1, 5, 11, 13, 168, 169, 171, 175, 190):
        order = OrderFactory(amount=2_000, total_amount=2_000)
        redeem(2, at=NOW + timedelta(minutes=20) - timedelta(hours=hours), campaign=campaign, order=order)
    redemptions(4, at=NOW - timedelta(hours=3), refused="voucher_expired", campaign=campaign)
    at = NOW + timedelta(minutes=30)
    slowly = today.today(now=at)
    while metrics.follow(now=at):
        pass
    metrics.follow(now=at)
    assert today._are_believed(at)

    quickly = today.today(now=at)

    assert quickly == slowly
    assert slowly.now == Numbers(redemptions=8, refusals=4, cost=4_000, revenue=8_000)
    assert slowly.then == Numbers(redemptions=8, refusals=0, cost=4_000, revenue=8_000)
    assert today.refusals(since=at - WEEK, now=at, most=6) == [("voucher_expired", 4)]


def test_metrics_that_are_behind_are_not_believed() -> None:
    while metrics.follow(now=NOW):
        pass
    metrics.follow(now=NOW)

    assert today._are_believed(NOW + timedelta(minutes=10))
    assert not today._are_believed(NOW + timedelta(minutes=11))


def test_names_what_runs_and_what_comes(admin_page: Client) -> None:
    busy, quiet = CampaignFactory(name="Busy"), CampaignFactory(name="Quiet")
    CampaignFactory(name="Winter", starts_at=NOW + timedelta(days=2), ends_at=NOW + timedelta(days=5))
    CampaignFactory(name="Far", starts_at=NOW + timedelta(days=8))
    CampaignFactory(name="Off", starts_at=NOW + timedelta(days=2), is_active=False)
    redeem(3, campaign=busy)

    context = opened(admin_page)

    live = card(context, "live")["lines"]
    assert [("Busy" in line["name"], line["figures"]) for line in live] == [
        (True, f"3 today, 15.00{NBSP}EUR"),
        (False, "none today"),
    ]
    assert quiet.name in live[1]["name"]
    comes = card(context, "milestones")["milestones"]
    assert [("Winter" in one["name"], one["in"]) for one in comes] == [
        (True, f"in 2{NBSP}days"),
        (True, f"in 5{NBSP}days"),
    ]


def spend(budget: Budget, value: int) -> None:
    CounterFactory(budget=budget, value=value)
    draw(budget, CampaignFactory())


def test_budgets_at_risk_worst_first(admin_page: Client) -> None:
    for name, value in (("Half", 50_000), ("Near", 84_900), ("Pot", 100_000)):
        spend(BudgetFactory(name=name), value)
    CounterFactory(budget=BudgetFactory(name="Limits nothing"), value=100_000)
    spend(BudgetFactory(name="Off", is_active=False), 100_000)

    context = opened(admin_page)

    lines = card(context, "budgets")["lines"]
    assert [("Pot" in line["name"], "Used up" in line["label"]) for line in lines] == [
        (True, True),
        (False, False),
    ]
    assert "Near" in lines[1]["name"]
    assert "84 % used" in lines[1]["label"]
    assert context["state"].headline == "2 things need somebody to look"
    assert said(context) == ["Budget Pot: used up", "Budget Near: 84 % used"]


def test_a_budget_that_will_run_out_within_days_is_at_risk(admin_page: Client) -> None:
    """More than half of it is left: what is drawn each day counts."""
    budget, campaign = BudgetFactory(name="Fast"), CampaignFactory()
    counter = CounterFactory(budget=budget, value=40_000)
    draw(budget, campaign)
    for days in (1, 2, 3, 4):
        redeem(1, at=NOW - timedelta(days=days), campaign=campaign)
        BudgetDraw.objects.create(counter=counter, redemption=Redemption.objects.latest("pk"), amount=10_000)
    assert said(opened(admin_page)) == ["Budget Fast: runs out in 5 days"]

    (line,) = card(opened(admin_page), "budgets")["lines"]

    assert "Runs out in 5 days" in line["label"]
    assert f"100.00{NBSP}EUR a day" in line["bar"]


def test_tells_what_is_wrong_with_the_house(admin_page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "checks", lambda now: [Check(name="beat", ok=False, detail={})])
    PeriodicRun.objects.filter(task="core.tasks.seal_audit").update(failures=3, error="ValueError: planted")
    PeriodicRun.objects.filter(task="promotions.tasks.settle_campaigns").update(
        started_at=NOW - timedelta(minutes=10)
    )
    ApiKey.objects.create(name="Web shop", app_id="shop", created_at=NOW, last_used_at=NOW)
    channel_minutes.add({(int(NOW.timestamp()) // 60, "shop", "OTHER"): Counts(calls=9, server_errors=2)})

    state = opened(admin_page)["state"]

    assert (state.headline, state.look) == ("3 things are wrong", "bad")
    assert [(item.is_bad, item.text) for item in state.items] == [
        (True, "The scheduler has not reported: periodic jobs do not run. Start it."),
        (True, "Web shop: 2 calls failed within five minutes"),
        (True, "Periodic work fails: Seal what must stay as it is"),
        (False, "1 periodic job is late."),
    ]
    assert all(admin_page.get(item.url).status_code == 200 for item in state.items if item.url)


@pytest.mark.parametrize(
    ("group", "first"),
    [
        ("User", ["numbers", "live", "milestones"]),
        ("Administrator", ["numbers", "channels", "house"]),
        ("Finance", ["numbers", "budgets", "live"]),
        ("Support", ["refusals", "live", "latest"]),
        ("Viewer", ["numbers", "live", "milestones"]),
    ],
)
def test_everybody_sees_first_what_he_needs(
    group: str, first: list[str], page_as: Callable[[str], Client]
) -> None:
    cards = [str(one["key"]) for one in opened(page_as(group))["cards"]]

    assert cards[:3] == first
    assert len(set(cards)) == 10
    assert cards[cards.index("milestones") + 1] == "collisions"


def test_the_most_expensive_collisions_stand_beside_what_begins_and_ends(admin_page: Client) -> None:
    assert card(opened(admin_page), "collisions")["lines"] == []
    for number in range(6):
        conflict(cost=number * 1_000, sentence=f"Collision {number}.")

    found = card(opened(admin_page), "collisions")

    assert [re.sub("<[^>]+>", "", line["sentence"]) for line in found["lines"]] == [
        f"Collision {number}." for number in (5, 4, 3, 2)
    ]
    assert found["lines"][0]["cost"].replace(NBSP, " ") == "about 50.00 EUR"
    assert (found["number"], found["others"]) == (6, 2)


def test_who_works_in_single_areas_sees_nothing_of_the_house(client: Client) -> None:
    person = User.objects.create_user("rita", is_staff=True)
    person.groups.add(Group.objects.get(name="Restricted marketer"))
    client.force_login(person)
    redeem(2)

    context = opened(client)

    assert {"channels", "house"}.isdisjoint(str(one["key"]) for one in context["cards"])
    assert card(context, "live")["lines"] == []
    assert card(context, "numbers")["tiles"][0].value == "0"
    assert client.get("/admin/channels/").status_code == 403


def test_a_new_installation_is_taught_what_to_do_first(
    admin_page: Client, page_as: Callable[[str], Client]
) -> None:
    context = opened(admin_page)
    assert context["state"].headline == "Nothing runs yet"
    assert [step["is_done"] for step in context["first_steps"]] == [False] * 5
    assert all(admin_page.get(step["url"]).status_code in {200, 302} for step in context["first_steps"][:4])

    CustomerFactory()
    CampaignFactory()

    assert [step["is_done"] for step in opened(admin_page)["first_steps"]] == [False, True, True, True, False]
    assert [bool(step["url"]) for step in opened(page_as("Viewer"))["first_steps"]] == [
        False,
        False,
        False,
        True,
        False,
    ]
    redeem(1)
    assert opened(admin_page)["first_steps"] == []


def test_costs_the_same_with_more_of_everything(
    admin_page: Client, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    def grow(number: int) -> None:
        for _ in range(number):
            budget = BudgetFactory()
            spend(budget, 90_000)
            redeem(2, campaign=CampaignFactory(ends_at=NOW + timedelta(days=1)))
            redemptions(2, at=NOW - timedelta(hours=1), refused="voucher_expired")
            key = f"key {ApiKey.objects.count()}"
            ApiKey.objects.create(name=key, app_id=key, created_at=NOW, last_used_at=NOW)
            minute = int(NOW.timestamp()) // 60
            channel_minutes.add({(minute, key, "OTHER"): Counts(calls=1, took=[1, *[0] * 17])})

    grow(1)
    opened(admin_page)
    few = count_queries(lambda: opened(admin_page))
    grow(6)

    assert count_queries(lambda: opened(admin_page)) == few
    assert few <= 52


def test_today_ends_with_the_day_of_the_project(admin_page: Client) -> None:
    settings = project.current()
    type(settings).objects.update(time_zone="Asia/Tokyo")
    redeem(1, at=NOW - timedelta(hours=13))  # the 10th at 08:00 in Tokyo
    redeem(1, at=NOW - timedelta(hours=22))  # the 9th at 23:00
    at = timezone.now()

    found = today.today(now=at)

    assert (found.now.redemptions, found.hour) == (1, 21)
    assert found.hours[7] == 1
