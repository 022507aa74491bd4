"""The refresher with the true board: what people change in promotions is what the calendar says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from calendar_app.models import Conflict, RefreshProgress
from calendar_app.selectors import boards
from calendar_app.services import refreshing
from core.actors import Actor
from core.models import AuditEntry, EventSequence, OutboxEvent
from promotions.models import Campaign, Category
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, CategoryFactory, percent

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MIA = Actor.system("mia")


@pytest.fixture(autouse=True)
def _no_board_of_other_tests() -> None:
    boards.forget()


def pass_(after: timedelta = timedelta()) -> list[tuple[str, str]]:
    """One pass; kind and state of everything that is there."""
    refreshing.refresh(now=NOW + after)
    return sorted(Conflict.objects.values_list("kind", "state"))


@pytest.fixture
def pair(db: None) -> list[Campaign]:
    """Two that take 20 % and 30 % off everything, at the same time for five days."""
    return [
        CampaignFactory(
            name=name, discount=percent(off), starts_at=NOW + begins * DAY, ends_at=NOW + (begins + 10) * DAY
        )
        for name, off, begins in (("Spring", 20, 1), ("Shoes", 30, 6))
    ]


def test_two_discounts_on_the_same_goods_are_told_with_an_example(pair: list[Campaign]) -> None:
    assert pass_() == [("DOUBLE_DISCOUNT", "OPEN")]

    row = Conflict.objects.get()
    assert {row.left_campaign, row.right_campaign} == set(pair)
    assert (row.starts_at, row.ends_at) == (NOW + 6 * DAY, NOW + 11 * DAY)
    assert row.certainty == "OVERLAPS"
    assert row.facts["receipt"]["percent"] == "44"
    assert "Spring" in row.sentence
    assert "Shoes" in row.sentence


def test_moving_one_away_ends_it_and_back_begins_it_again(pair: list[Campaign]) -> None:
    pass_()
    Campaign.objects.filter(pk=pair[1].pk).update(starts_at=NOW + 11 * DAY, ends_at=NOW + 20 * DAY)
    assert pass_() == [("DOUBLE_DISCOUNT", "GONE")]

    Campaign.objects.filter(pk=pair[1].pk).update(starts_at=NOW + 10 * DAY)
    assert pass_() == [("DOUBLE_DISCOUNT", "OPEN")]
    assert Conflict.objects.get().starts_at == NOW + 10 * DAY


def test_stacking_rules_make_another_conflict_of_it(pair: list[Campaign]) -> None:
    pass_()
    category = CategoryFactory(name="Big", stacking_type=Category.StackingType.EXCLUSIVE)
    Campaign.objects.update(category=category)

    assert pass_() == [("DOUBLE_DISCOUNT", "GONE"), ("EXCLUSIVE_CLASH", "OPEN")]


def test_the_bin_ends_it_for_both(pair: list[Campaign]) -> None:
    pass_()
    Campaign.objects.filter(pk=pair[0].pk).update(deleted_at=NOW)

    assert pass_() == [("DOUBLE_DISCOUNT", "GONE")]


def test_another_process_says_the_same(pair: list[Campaign]) -> None:
    pass_()
    before = list(Conflict.objects.values("key", "terms", "sentence", "spans", "cost"))
    boards.forget()

    call_command("refresh_conflicts", "--all", verbosity=0)
    refreshing.refresh(now=NOW, everything=True)

    assert list(Conflict.objects.values("key", "terms", "sentence", "spans", "cost")) == before
    assert RefreshProgress.objects.get().passes == 3


def test_a_preview_writes_nothing_and_tells_what_other_dates_would_bring(
    api: APIClient, pair: list[Campaign], monkeypatch: Any
) -> None:
    body = {"campaign_id": pair[1].public_id}
    path = "/v1/calendar/conflicts/preview"
    far = {"start_date": "2097-01-01T00:00:00Z", "expiration_date": "2098-01-01T00:00:00Z"}
    Campaign.objects.update(ends_at="2099-01-01T00:00:00Z")

    stays = api.post(path, body)
    away = api.post(path, {**body, "start_date": "2099-01-01T00:00:00Z", "expiration_date": None})
    apart = api.post(path, {**body, **far})

    assert [one.status_code for one in (stays, away, apart)] == [200, 200, 200]
    (found,) = stays.json()["conflicts"]
    assert list(found) == [
        "kind", "severity", "certainty", "sentence", "why", "with", "starts_at", "ends_at", "windows",
        "customers", "products", "cost", "together_percent", "example", "unknown", "fixes", "object",
    ]  # fmt: skip
    assert (found["kind"], found["with"]["name"]) == ("DOUBLE_DISCOUNT", "Spring")
    assert away.json()["conflicts"] == []
    assert len(apart.json()["conflicts"]) == 1
    assert Conflict.objects.count() == 0
    assert Campaign.objects.get(pk=pair[1].pk).starts_at == NOW + 6 * DAY


def test_a_preview_of_a_draft_leaves_nothing(api: APIClient, pair: list[Campaign]) -> None:
    Campaign.objects.update(ends_at="2099-01-01T00:00:00Z")
    category = CategoryFactory(name="Alone", stacking_type=Category.StackingType.EXCLUSIVE)
    Campaign.objects.filter(pk=pair[0].pk).update(category=category)
    draft = {
        "name": "Drafted",
        "campaign_type": "DISCOUNT_COUPONS",
        "start_date": "2098-01-01T00:00:00Z",
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": percent(50)},
    }
    before = (OutboxEvent.objects.count(), AuditEntry.objects.count(), EventSequence.objects.count())

    answer = api.post("/v1/calendar/conflicts/preview", {"draft": draft})

    assert answer.status_code == 200, answer.content
    found = {row["with"]["name"]: row["kind"] for row in answer.json()["conflicts"]}
    assert found == {"Spring": "EXCLUSIVE_CLASH", "Shoes": "DOUBLE_DISCOUNT"}
    assert Campaign.objects.count() == 2
    assert (OutboxEvent.objects.count(), AuditEntry.objects.count(), EventSequence.objects.count()) == before
    taken = api.post("/v1/calendar/conflicts/preview", {"draft": {**draft, "name": "Spring"}})
    assert taken.status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"draft": {"name": "x"}, "campaign_id": "Spring"}, 400),
        ({"draft": {"name": "x"}, "start_date": None}, 400),
        ({"draft": {}}, 400),
        ({"draft": 5}, 400),
        ({"draft": {"name": "x", "campaign_type": "LOYALTY_PROGRAM"}}, 400),
        ({"campaign_id": 5}, 400),
        ({"campaign_id": "camp_none"}, 404),
        ({"campaign_id": "Spring", "start_date": "soon"}, 400),
        ({"campaign_id": "Spring", "name": "x"}, 400),
        (
            {
                "campaign_id": "Spring",
                "start_date": "2026-05-02T00:00:00Z",
                "expiration_date": "2026-05-01T00:00:00Z",
            },
            400,
        ),
    ],
)
def test_a_preview_of_another_shape_is_refused(
    api: APIClient, pair: list[Campaign], body: Any, status: int
) -> None:
    assert api.post("/v1/calendar/conflicts/preview", body).status_code == status
