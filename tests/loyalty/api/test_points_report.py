"""`GET /v1/reports/points`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from core.actors import Role
from tests.conftest import NOW
from tests.factories.areas import applies_in, area, client_of
from tests.loyalty.books import Account, Type, card, ended_lot, line, pays_with_points, programme

pytestmark = pytest.mark.django_db
PATH = "/v1/reports/points"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def months(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["programmes"][0]["months"]
    return found


def test_tells_of_each_programme_what_is_owed_and_how_it_came_about(api: APIClient) -> None:
    club = programme("Club")
    pays_with_points(club, "20", 100, name="Cash")
    one = card(club, "ONE", pending=40)
    line(one, Type.ACCRUAL, 300, date(2026, 2, 3))
    line(one, Type.REDEMPTION, -120, date(2026, 3, 3), account=Account.SPENT)
    ended_lot(one, date(2026, 3, 1), earned=80, expired=20)

    answer = api.get(f"{PATH}?from=2026-02&to=2026-03")

    assert answer.json() == {
        "object": "list",
        "data_ref": "programmes",
        "programmes": [
            {
                "id": club.public_id,
                "name": "Club",
                "object": "campaign",
                "worth": {"points": 100, "amount": 2000, "source": "REWARD", "reward": "Cash"},
                "outstanding": {
                    "cards": 1,
                    "balance": 180,
                    "amount": 3600,
                    "owed_by_members": 0,
                    "pending_points": 40,
                },
                "breakage": {"earned": 80, "expired": 20, "rate_permille": 250},
                "months": months(answer),
            }
        ],
        "total": 1,
        "currency": "EUR",
        "time_zone": "UTC",
    }
    none = dict.fromkeys(
        [
            "issued",
            "earned",
            "activated",
            "added",
            "refunded",
            "spent",
            "removed",
            "transferred",
            "reversed",
            "expired",
            "written_off",
        ],
        0,
    )
    assert months(answer) == [
        {
            "month": "2026-02",
            "opening": 0,
            **none,
            "earned": 300,
            "closing": 300,
            "closing_amount": 6000,
            "object": "points_month",
        },
        {
            "month": "2026-03",
            "opening": 300,
            **none,
            "spent": -120,
            "closing": 180,
            "closing_amount": 3600,
            "object": "points_month",
        },
    ]


def test_without_a_question_it_is_the_last_twelve_months_of_all(api: APIClient) -> None:
    programme("One")
    programme("Two")

    answer = api.get(PATH)

    assert [one["name"] for one in answer.json()["programmes"]] == ["One", "Two"]
    assert [month["month"] for month in months(answer)][::11] == ["2025-04", "2026-03"]
    assert answer.json()["programmes"][0]["worth"] is None
    assert answer.json()["programmes"][0]["outstanding"]["amount"] is None


def test_programmes_can_be_chosen(api: APIClient) -> None:
    one, two, _ = (programme(name) for name in ("One", "Two", "Three"))

    answer = api.get(f"{PATH}?programme={two.public_id}&programme={one.public_id}")

    assert [found["name"] for found in answer.json()["programmes"]] == ["One", "Two"]


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-13",
        "from=26-01",
        "from=2026-01-01",
        "to=1999-01",
        "from=2026-03&to=2026-02",
        "from=2020-01&to=2026-01",
        "from[a]=2026-01",
        "programme=camp_missing",
        "programme[a]=x",
    ],
)
def test_what_means_nothing_is_said(api: APIClient, query: str) -> None:
    answer = api.get(f"{PATH}?{query}")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_query_params")


@pytest.mark.parametrize(
    ("role", "status"), [("ADMIN", 200), ("VIEWER", 200), ("USER", 403), ("SUPPORT", 403), ("MERCHANT", 403)]
)
def test_the_books_are_not_for_everybody(api_as: Callable[[str], APIClient], role: str, status: int) -> None:
    assert api_as(role).get(PATH).status_code == status


def test_a_key_of_an_area_sees_its_programmes(db: None) -> None:
    north = area("North")
    mine = applies_in(programme("Mine"), area=north)
    other = programme("Other")
    local = client_of({"area": north}, role=Role.VIEWER)

    assert [one["name"] for one in local.get(PATH).json()["programmes"]] == [mine.name]
    assert local.get(f"{PATH}?programme={other.public_id}").status_code == 400


def test_cost_does_not_grow_with_programmes(api: APIClient, django_assert_max_num_queries: Any) -> None:
    for number in range(6):
        line(card(programme(f"Club {number}"), f"C{number}"), Type.ACCRUAL, 10, date(2026, 3, 1))

    with django_assert_max_num_queries(10):
        assert api.get(PATH).json()["total"] == 6
