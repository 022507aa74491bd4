from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from core.actors import Role
from promotions.models import Lifecycle
from tests.conftest import NOW
from tests.factories.areas import applies_in, area, client_of
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.commerce import SegmentFactory
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
)

pytestmark = pytest.mark.django_db
PATH = "/v1/calendar/capacity"
WEEK = f"{PATH}?from=2026-03-09&to=2026-03-16"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def days(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["days"]
    return found


def test_tells_of_each_day_what_it_holds_and_why_it_is_crowded(api: APIClient) -> None:
    vip = SegmentFactory(name="VIP")
    rules = {"rules": {"1": {"name": "customer.segment", "conditions": {"$is": [vip.public_id]}}}}
    campaigns = CampaignFactory.create_batch(6, days_of_week=[2])
    for campaign in campaigns:
        RuleAssignmentFactory(rule=ValidationRuleFactory(rules=rules), campaign=campaign)
    CampaignFactory(lifecycle=Lifecycle.DRAFT, is_active=False)
    draw(BudgetFactory(limit=700, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 15)), *campaigns)

    answer = api.get(WEEK)

    body = answer.json()
    assert list(body) == ["object", "data_ref", "days", "total", "time_zone", "currency"]
    assert (body["object"], body["data_ref"], body["total"]) == ("list", "days", 7)
    assert [day["date"] for day in days(answer)] == [f"2026-03-{number:02}" for number in range(9, 16)]
    assert days(answer)[0] == {
        "date": "2026-03-09",
        "live": 0,
        "planned": 1,
        "planned_budget": 100,
        "audiences": [],
        "is_crowded": False,
        "reasons": [],
        "note": None,
        "object": "calendar_day",
    }
    assert days(answer)[1] == {
        "date": "2026-03-10",
        "live": 6,
        "planned": 1,
        "planned_budget": 100,
        "audiences": [{"id": vip.public_id, "name": "VIP", "live": 6}],
        "is_crowded": True,
        "reasons": [{"cause": "AUDIENCE", "amount": 6, "limit": 5, "usual": None, "segment": vip.public_id}],
        "note": "6 promotions for VIP, more than 5.",
        "object": "calendar_day",
    }


def test_filters_are_those_of_the_calendar(api: APIClient) -> None:
    category = CategoryFactory()
    CampaignFactory(category=category)
    CampaignFactory.create_batch(2)

    assert {day["live"] for day in days(api.get(WEEK))} == {3}
    assert {day["live"] for day in days(api.get(f"{WEEK}&category={category.public_id}"))} == {1}
    assert {day["live"] for day in days(api.get(f"{WEEK}&type=PROMOTION"))} == {0}


def test_a_month_from_today_on_if_nothing_is_said(api: APIClient) -> None:
    found = days(api.get(PATH))

    assert (len(found), found[0]["date"]) == (31, "2026-03-10")
    assert found[0]["planned_budget"] is None


@pytest.mark.parametrize(
    "query", ["from=x", "to=2020-01-01", "from=2026-01-01&to=2027-06-01", "state=SLEEPING", "area=ar_x"]
)
def test_what_makes_no_sense_is_refused(api: APIClient, query: str) -> None:
    answer = api.get(f"{PATH}?{query}")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_query_params")


def test_the_ends_of_the_calendar_are_no_trouble(api: APIClient) -> None:
    for query in ("from=0001-01-01&to=0001-01-05", "from=9999-12-20&to=9999-12-25"):
        assert api.get(f"{PATH}?{query}").status_code in (200, 400)


def test_roles_and_methods(api_as: Callable[[str], APIClient], anonymous: APIClient) -> None:
    assert api_as(Role.VIEWER).get(WEEK).status_code == 200
    assert api_as(Role.ADMIN).post(WEEK, {}).status_code == 405
    assert anonymous.get(WEEK).status_code == 401


def test_a_key_of_one_area_counts_what_applies_there(api: APIClient) -> None:
    north = area("North")
    applies_in(CampaignFactory(), area=north)
    CampaignFactory.create_batch(2)

    assert {day["live"] for day in days(client_of({"area": north}).get(WEEK))} == {1}


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Callable[[], Any]], int]) -> None:
    CampaignFactory.create_batch(2)
    api.get(WEEK)
    few = count_queries(lambda: api.get(WEEK))
    CampaignFactory.create_batch(15)

    assert count_queries(lambda: api.get(WEEK)) == few
