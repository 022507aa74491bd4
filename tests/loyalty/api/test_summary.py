"""`GET /v1/campaigns/{id}/summary` of a programme: its points in a period. Contract: semantics-core 15.5."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.contract import shapes
from tests.loyalty.clubs import Club, per

pytestmark = pytest.mark.django_db


@pytest.fixture
def club() -> Club:
    """January: a point for every euro, and two that wait for five days; points stay a month."""
    waits = {"pending_points": {"period_type": "DAY", "period_value": 5}}
    made = Club(per(100, 1), per(100, 2, **waits), first=date(2026, 1, 1), months=1)
    mug = made.ask("/v1/products", {"source_id": "mug", "name": "Mug"})["id"]
    reward = made.reward({"product": {"id": mug}}, 20)
    anna, bert = made.join("anna"), made.join("bert")
    for number, day in enumerate((2, 3, 4)):
        made.pay(f"o-{number}", 6_000, on=date(2026, 1, day))
    pending = f"/v1/loyalties/members/{anna}/pending-points"
    first, second, _ = (row["id"] for row in made.ask(pending)["data"])
    made.ask(f"{pending}/{first}/balance", {"points": -5})
    made.ask(f"{pending}/{first}/activate", {})
    made.ask(f"{pending}/{second}/cancel", {})
    used = made.spend(anna, reward)["id"]
    made.ask(f"/v1/redemptions/{used}/rollback", {})
    made.ask(f"/v1/loyalties/members/{anna}/balance", {"points": 30})
    made.ask(f"/v1/loyalties/members/{anna}/balance", {"points": -10})
    made.ask(f"{made.path}/members/{bert}/balance", {"points": 7})
    made.ask(f"{made.path}/members/{bert}/transfers", [{"code": anna, "points": 12, "source_id": "t"}])
    return made


def test_every_movement_stands_under_its_name(club: Club) -> None:
    found: dict[str, Any] = club.ask(f"/v1/campaigns/{club.path.rpartition('/')[2]}/summary")

    expected = {
        "created_vouchers_points": 0,
        "points_deleted": 0,
        "points_subtracted": 10,
        "points_added": 37,
        "points_rewarded": 3 * 60 + 115,
        "points_redeemed": 20,
        "points_rolledback": 20,
        "points_expired": 0,
        "points_transferred_out": 12,
        "points_transferred_in": 12,
        "pending_points_added": 3 * 120,
        "pending_points_subtracted": 5,
        "pending_points_activated": 115,
        "pending_points_canceled": 120,
    }
    assert {name: found[name] for name in expected} == expected
    (endpoint,) = (
        one
        for one in shapes.of("campaigns").endpoints
        if str(one) == "GET /v1/campaigns/<campaignId>/summary"
    )
    assert shapes.of("campaigns").complaints(endpoint, found) == []
    assert "discounted_amount" not in found


def test_expired_points_count_in_the_month_in_which_they_ended(club: Club) -> None:
    club.night(date(2026, 3, 1))
    path = f"/v1/campaigns/{club.path.rpartition('/')[2]}/summary"

    found = club.ask(path)
    january = club.ask(f"{path}?start_date=2026-01-01&end_date=2026-01-31")

    assert found["points_expired"] > 0
    assert january["points_expired"] == 0
    balances = found["points_rewarded"] + found["points_added"] - found["points_subtracted"]
    assert found["points_expired"] == balances
