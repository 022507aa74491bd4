"""Dates and hours at the API, with the instant passed in: half-open edges, exact days of clock changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient, APIRequestFactory

from core.models import ProjectSettings
from promotions.api.views.validations import ValidationsView
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, VoucherFactory, percent

pytestmark = pytest.mark.django_db

Ask = Callable[..., dict[str, str]]
MILLISECOND = timedelta(milliseconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.fixture
def ask(api: APIClient, settings_row: ProjectSettings) -> Ask:
    """`ask(instant, *ids)` -> `{id: "applicable" | key of the refusal}`, judged one by one."""
    settings_row.redeemables_application_mode = "PARTIAL"
    settings_row.save(update_fields=["redeemables_application_mode"])
    keys = {**api._credentials, **api.defaults}

    def run(instant: datetime, *ids: str) -> dict[str, str]:
        redeemables = [
            {"object": "promotion_tier" if name.startswith("promo_") else "voucher", "id": name}
            for name in ids
        ]
        body = {"redeemables": redeemables, "order": {"amount": 10_000}}
        request = APIRequestFactory().post("/v1/validations", body, format="json", **keys)
        answer = ValidationsView.as_view(at=instant)(request)
        assert answer.status_code == 200, answer.data
        told: dict[str, str] = {}
        lists = ("redeemables", "inapplicable_redeemables", "skipped_redeemables")
        for entry in (entry for name in lists for entry in answer.data.get(name) or []):
            refusal = (entry.get("result") or {}).get("error")
            told[entry["id"]] = refusal["key"] if refusal else entry["status"].lower()
        return told

    return run


START, END = at("2026-03-01T00:00:00+00:00"), at("2026-04-01T00:00:00+00:00")
EDGES = [
    (START - MILLISECOND, "voucher_not_active"),
    (START, "applicable"),
    (START + MILLISECOND, "applicable"),
    (END - MILLISECOND, "applicable"),
    (END, "voucher_expired"),
    (END + MILLISECOND, "voucher_expired"),
]


@pytest.mark.parametrize(("instant", "expected"), EDGES, ids=[f"{edge[0]:%d %H:%M:%S.%f}" for edge in EDGES])
def test_dates_are_half_open(ask: Ask, instant: datetime, expected: str) -> None:
    """Of a code, a campaign, a tier and a tier's campaign."""
    dates: dict[str, Any] = {"starts_at": START, "ends_at": END}
    own = VoucherFactory(code="OWN", **dates).code
    inherited = VoucherFactory(code="INHERITED", campaign=CampaignFactory(**dates)).code
    tier = PromotionTierFactory(**dates).public_id
    lent = PromotionTierFactory(campaign=CampaignFactory(promotion=True, **dates)).public_id

    told = ask(instant, own, inherited, tier, lent)

    of_tier = "applicable" if expected == "applicable" else "promotion_inactive"
    assert told == {own: expected, inherited: expected, tier: of_tier, lent: of_tier}


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2028-02-28T23:59:59.999+01:00", False),
        ("2028-02-29T00:00:00+01:00", True),
        ("2028-02-29T23:59:59.999+01:00", True),
        ("2028-03-01T00:00:00+01:00", False),
    ],
)
def test_the_day_that_comes_every_four_years(
    ask: Ask, settings_row: ProjectSettings, instant: str, expected: bool
) -> None:
    settings_row.time_zone = "Europe/Warsaw"
    settings_row.save(update_fields=["time_zone"])
    dates = {"starts_at": at("2028-02-29T00:00+01:00"), "ends_at": at("2028-03-01T00:00+01:00")}
    VoucherFactory(code="LEAP", **dates)

    assert (ask(at(instant), "LEAP")["LEAP"] == "applicable") is expected


def test_windows_that_begin_on_the_last_day_of_a_month(ask: Ask) -> None:
    """Every month from 31 January on, for a day: shorter months have theirs on their own last day."""
    VoucherFactory(
        code="MONTHLY",
        starts_at=at("2027-01-31T00:00+00:00"),
        timeframe_interval="P1M",
        timeframe_duration="P1D",
    )
    openings = ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2028-02-29"]

    for day in openings:
        opens = at(f"{day}T00:00+00:00")
        told = [
            ask(opens + shift, "MONTHLY")["MONTHLY"] == "applicable"
            for shift in (-MILLISECOND, timedelta(0), timedelta(days=1) - MILLISECOND, timedelta(days=1))
        ]
        assert told == [False, True, True, False], day


# Zone, midnight at which the day begins and ends, then when 01:30-02:45 and 02:10-02:40 are open that day.
DAYS: list[tuple[str, str, str, list[tuple[str, str]], list[tuple[str, str]]]] = [
    (
        "Europe/Warsaw",  # 02:00 -> 03:00
        "2026-03-29T00:00+01:00",
        "2026-03-30T00:00+02:00",
        [("2026-03-29T01:30+01:00", "2026-03-29T02:00+01:00")],
        [],
    ),
    (
        "Europe/Warsaw",  # 03:00 -> 02:00
        "2026-10-25T00:00+02:00",
        "2026-10-26T00:00+01:00",
        [
            ("2026-10-25T01:30+02:00", "2026-10-25T02:45+02:00"),
            ("2026-10-25T02:00+01:00", "2026-10-25T02:45+01:00"),
        ],
        [
            ("2026-10-25T02:10+02:00", "2026-10-25T02:40+02:00"),
            ("2026-10-25T02:10+01:00", "2026-10-25T02:40+01:00"),
        ],
    ),
    (
        "America/New_York",  # 02:00 -> 03:00
        "2026-03-08T00:00-05:00",
        "2026-03-09T00:00-04:00",
        [("2026-03-08T01:30-05:00", "2026-03-08T02:00-05:00")],
        [],
    ),
    (
        "America/New_York",  # 02:00 -> 01:00
        "2026-11-01T00:00-04:00",
        "2026-11-02T00:00-05:00",
        [
            ("2026-11-01T01:30-04:00", "2026-11-01T02:00-04:00"),
            ("2026-11-01T01:30-05:00", "2026-11-01T02:45-05:00"),
        ],
        [("2026-11-01T02:10-05:00", "2026-11-01T02:40-05:00")],
    ),
    (
        "Australia/Lord_Howe",  # 02:00 -> 02:30
        "2026-10-04T00:00+10:30",
        "2026-10-05T00:00+11:00",
        [
            ("2026-10-04T01:30+10:30", "2026-10-04T02:00+10:30"),
            ("2026-10-04T02:30+11:00", "2026-10-04T02:45+11:00"),
        ],
        [("2026-10-04T02:30+11:00", "2026-10-04T02:40+11:00")],
    ),
    (
        "Australia/Lord_Howe",  # 02:00 -> 01:30
        "2026-04-05T00:00+11:00",
        "2026-04-06T00:00+10:30",
        [
            ("2026-04-05T01:30+11:00", "2026-04-05T02:00+11:00"),
            ("2026-04-05T01:30+10:30", "2026-04-05T02:45+10:30"),
        ],
        [("2026-04-05T02:10+10:30", "2026-04-05T02:40+10:30")],
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("zone", "begins", "ends", "wide", "narrow"), DAYS, ids=[f"{day[0]} {day[1][:10]}" for day in DAYS]
)
def test_days_when_the_clocks_change(
    ask: Ask,
    settings_row: ProjectSettings,
    zone: str,
    begins: str,
    ends: str,
    wide: list[tuple[str, str]],
    narrow: list[tuple[str, str]],
) -> None:
    """Each minute around the change, each edge to the millisecond, each quarter of an hour of the rest.

    WIDE and NARROW have daily hours; SUNDAY is the day itself, which lasts 23, 23.5, 24.5 or 25 hours;
    DAILY counts days from the Friday before.
    """
    settings_row.time_zone = zone
    settings_row.save(update_fields=["time_zone"])
    midnight, next_midnight = at(begins), at(ends)
    assert next_midnight - midnight != timedelta(days=1)
    friday = (midnight.astimezone(settings_row.zone) - timedelta(days=2)).replace(hour=8)

    def hours(start: str, end: str) -> dict[str, Any]:
        entry = {"days_of_week": [0], "start_time": start, "expiration_time": end}
        return {"validity_hours": {"daily": [entry]}, "discount": percent(1)}

    VoucherFactory(code="WIDE", **hours("01:30", "02:45"))
    VoucherFactory(code="NARROW", **hours("02:10", "02:40"))
    VoucherFactory(code="SUNDAY", days_of_week=[0], discount=percent(1))
    VoucherFactory(
        code="DAILY",
        starts_at=friday,
        timeframe_interval="P1D",
        timeframe_duration="PT4H",
        discount=percent(1),
    )
    # 8 to 12 by the clock on the wall, before and after the change.
    mornings = [
        (
            (friday + timedelta(days=days)).astimezone(UTC),
            (friday + timedelta(days=days, hours=4)).astimezone(UTC),
        )
        for days in (1, 2, 3)
    ]
    expected = {
        "WIDE": [(at(start), at(end)) for start, end in wide],
        "NARROW": [(at(start), at(end)) for start, end in narrow],
        "SUNDAY": [(midnight, next_midnight)],
        "DAILY": mornings,
    }
    edges = {edge for windows in expected.values() for window in windows for edge in window}
    instants = {midnight + timedelta(minutes=minute) for minute in range(75, 255)}
    instants |= {midnight + timedelta(minutes=minute) for minute in range(-60, 27 * 60, 15)}
    instants |= edges | {
        edge - MILLISECOND for edge in edges if edge - MILLISECOND > at(begins) - timedelta(1)
    }

    for instant in sorted(instants):
        told = ask(instant, *expected)
        is_open = {name: told[name] == "applicable" for name in expected}
        assert is_open == {
            name: any(start <= instant < end for start, end in windows) for name, windows in expected.items()
        }, instant
