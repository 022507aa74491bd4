from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest
from core.actors import Role
from promotions.models import Campaign, Lifecycle
from tests.approvals.world import policy
from tests.conftest import NOW
from tests.factories.areas import applies_in, area, client_of, store
from tests.factories.blackouts import BlackoutFactory, SeasonFactory
from tests.factories.commerce import SegmentFactory
from tests.factories.conflicts import DAY, conflict
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
)

pytestmark = pytest.mark.django_db

PATH = "/v1/calendar"
MARCH = "from=2026-03-01&to=2026-04-01"
KEYS = [
    "id", "name", "campaign_type", "state", "start_date", "expiration_date", "windows", "has_more_windows",
    "category", "places", "channels", "segments", "product_collections", "owner", "promotion_tiers",
    "proposals", "conflicts", "object",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return sorted(row["name"] for row in answer.json()["items"])


def campaign(name: str, **values: Any) -> Campaign:
    usual = {"starts_at": NOW - 5 * DAY, "ends_at": NOW + 5 * DAY}
    return CampaignFactory(name=name, **{**usual, **values})


def test_tells_what_stands_on_it_and_around_it(api: APIClient) -> None:
    spring = campaign("Spring", days_of_week=[6])
    other = campaign("Shoes")
    one = conflict(spring, other)

    answer = api.get(f"{PATH}?{MARCH}")

    body = answer.json()
    assert (body["object"], body["data_ref"], body["total"]) == ("list", "items", 2)
    assert (body["from"], body["to"]) == ("2026-03-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z")
    assert (body["time_zone"], body["holidays"], body["blackouts"]) == ("UTC", [], [])
    assert [list(row) for row in body["items"]] == [KEYS] * 2
    row = next(row for row in body["items"] if row["name"] == "Spring")
    assert (row["id"], row["state"]) == (spring.public_id, "LIVE")
    # The Saturdays of those ten days.
    assert row["windows"] == [
        {"starts_at": "2026-03-07T00:00:00.000Z", "ends_at": "2026-03-08T00:00:00.000Z"},
        {"starts_at": "2026-03-14T00:00:00.000Z", "ends_at": "2026-03-15T00:00:00.000Z"},
    ]
    assert [found["id"] for found in row["conflicts"]] == [one.public_id]


def test_tells_what_is_closed_and_what_season_it_is(api: APIClient) -> None:
    closed = BlackoutFactory(name="Stocktaking", starts_on=date(2026, 3, 31), ends_on=date(2026, 4, 1))
    season = SeasonFactory(name="Easter", starts_on=date(2026, 3, 30), ends_on=date(2026, 4, 6))

    body = api.get(f"{PATH}?{MARCH}").json()

    assert body["blackouts"] == [
        {
            "id": closed.public_id,
            "name": "Stocktaking",
            "starts_at": "2026-03-31T00:00:00.000Z",
            "ends_at": "2026-04-02T00:00:00.000Z",
            "reason": "The warehouse counts",
            "is_hard": closed.is_hard,
        }
    ]
    assert [row["id"] for row in body["seasons"]] == [season.public_id]


def test_tells_what_is_proposed_with_its_request(api: APIClient) -> None:
    spring = campaign("Spring")
    policy("Reviewer")
    later = {"expiration_date": "2026-03-20T00:00:00Z"}
    asked = api.put(f"/v1/campaigns/{spring.public_id}", later)
    assert asked.status_code == 403, asked.content

    (proposal,) = api.get(f"{PATH}?{MARCH}").json()["items"][0]["proposals"]

    assert proposal["approval_request_id"] == ApprovalRequest.objects.get().public_id
    assert (proposal["launches"], proposal["deletes"], proposal["is_approved"]) == (False, False, False)
    assert proposal["dates"] == [
        {
            "promotion_tier": None,
            "start_date": "2026-03-05T12:00:00.000Z",
            "expiration_date": "2026-03-20T00:00:00.000Z",
        }
    ]


def test_tells_tiers_with_their_own_times(api: APIClient) -> None:
    promotion = campaign("Tiers", promotion=True)
    PromotionTierFactory(campaign=promotion, name="Gold", starts_at=NOW + DAY)

    (tier,) = api.get(f"{PATH}?{MARCH}").json()["items"][0]["promotion_tiers"]

    assert (tier["name"], tier["start_date"], tier["expiration_date"]) == (
        "Gold",
        "2026-03-11T12:00:00.000Z",
        "2026-03-15T12:00:00.000Z",
    )
    assert tier["windows"] == [
        {"starts_at": "2026-03-11T12:00:00.000Z", "ends_at": "2026-03-15T12:00:00.000Z"}
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["codes", "gifts", "open", "tiers"]),
        ("type=PROMOTION", ["tiers"]),
        ("type=PROMOTION&type=GIFT_VOUCHERS", ["gifts", "tiers"]),
        ("category=none", ["gifts", "open", "tiers"]),
        ("state=SCHEDULED", ["open"]),
        ("state=LIVE&state=DRAFT", ["codes", "gifts", "tiers"]),
        ("owner=nobody", []),
        ("collection=pc_none", []),
        ("from=2026-04-01&to=2026-04-02", ["open"]),
        ("from=2026-02-01&to=2026-03-05T12:00:00Z", []),
        ("limit=1&page=2", 1),
    ],
)
def test_filters(api: APIClient, query: str, expected: Any) -> None:
    campaign("codes", category=CategoryFactory(name="Shoes"))
    campaign("tiers", promotion=True)
    campaign("gifts", campaign_type="GIFT_VOUCHERS", discount=None, gift={"amount": 500})
    campaign("open", starts_at=NOW + 20 * DAY, ends_at=None, lifecycle=Lifecycle.SCHEDULED)
    range_ = "" if "from=" in query else MARCH

    found = names(api.get(f"{PATH}?{range_}&{query}"))

    assert found == expected if isinstance(expected, list) else len(found) == expected


def test_finds_what_names_a_segment_or_a_channel(api: APIClient) -> None:
    segment = SegmentFactory(name="VIP")
    vip = campaign("vip")
    rules = {
        "rules": {"1": {"name": "customer.segment", "conditions": {"$is": [segment.public_id]}}, "logic": "1"}
    }
    RuleAssignmentFactory(campaign=vip, rule=ValidationRuleFactory(**rules))
    campaign("web", metadata={"channel": "web"})

    assert names(api.get(f"{PATH}?{MARCH}&segment={segment.public_id}")) == ["vip"]
    assert names(api.get(f"{PATH}?{MARCH}&channel=web")) == ["vip", "web"]
    assert names(api.get(f"{PATH}?{MARCH}&channel=till")) == ["vip"]


def test_finds_what_applies_in_an_area_or_a_store(api: APIClient) -> None:
    hamburg, munich = area("Hamburg"), area("Munich")
    port, city = store(hamburg, "port"), store(hamburg, "city")
    campaign("everywhere")
    applies_in(campaign("hamburg"), area=hamburg)
    applies_in(campaign("all stores"), all_stores_of=hamburg)
    applies_in(campaign("port"), store=port)
    applies_in(campaign("city"), store=city)
    applies_in(campaign("munich"), area=munich)

    in_area = names(api.get(f"{PATH}?{MARCH}&area={hamburg.public_id}&limit=20"))
    in_store = names(api.get(f"{PATH}?{MARCH}&store={port.public_id}&limit=20"))

    assert in_area == ["all stores", "city", "everywhere", "hamburg", "port"]
    assert in_store == ["all stores", "everywhere", "hamburg", "port"]


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=2026-03-01&to=2026-03-01",
        "from=2026-03-01&to=2027-03-03",
        "type=VOUCHER",
        "state=live",
        "area=ar_none",
        "store=ars_none",
        "segment=a&segment=b",
        "owner[a]=1",
        "category[a][b]=1",
        "page=0",
        "limit=101",
        "from=0001-01-01&to=0001-01-02",
        "from=9999-12-31",
    ],
)
def test_refuses_what_it_does_not_know(api: APIClient, query: str) -> None:
    answer = api.get(f"{PATH}?{query}")

    assert answer.status_code == 400, answer.content


def test_begins_with_today_and_shows_a_month(api: APIClient) -> None:
    body = api.get(PATH).json()

    assert body["from"] < body["to"]
    assert body["items"] == []


def test_windows_are_bounded(api: APIClient) -> None:
    often = campaign(
        "often",
        starts_at=NOW - 400 * DAY,
        ends_at=None,
        timeframe_interval="PT2H",
        timeframe_duration="PT1H",
    )

    (row,) = api.get(f"{PATH}?{MARCH}").json()["items"]

    assert (row["id"], len(row["windows"]), row["has_more_windows"]) == (often.public_id, 100, True)


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Callable[[], Any]], int]) -> None:
    base = campaign("base")
    PromotionTierFactory(campaign=campaign("tiers", promotion=True))
    conflict(base, campaign("other"))
    api.get(PATH)
    few = count_queries(lambda: api.get(f"{PATH}?{MARCH}&limit=50"))
    for number in range(10):
        PromotionTierFactory(campaign=campaign(f"tiers {number}", promotion=True))
        conflict(base, campaign(f"other {number}"))

    assert count_queries(lambda: api.get(f"{PATH}?{MARCH}&limit=50")) == few


def test_who_works_in_an_area_sees_what_applies_there() -> None:
    hamburg = area("Hamburg")
    applies_in(campaign("here"), area=hamburg)
    campaign("everywhere")

    assert names(client_of({"area": hamburg}, role=Role.USER_RESTRICTED).get(f"{PATH}?{MARCH}")) == ["here"]


def test_needs_a_key(anonymous: APIClient) -> None:
    assert anonymous.get(PATH).status_code == 401
