from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine import effects, reasons
from engine.durations import Duration
from engine.eligibility import refusal
from engine.reasons import Reason, ReasonKey
from engine.snapshot import Candidate, RedeemableObject, Snapshot, Uses
from engine.validity import Timeframe, Validity

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday
LATER = datetime(2026, 12, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
WARSAW = ZoneInfo("Europe/Warsaw")
TEN_OFF = effects.parse({"type": "PERCENT", "percent_off": 10})
VOUCHER = Candidate(key="v_1", label="SUMMER", discount=TEN_OFF)
TIER = Candidate(key="promo_1", label="Ten off", object=RedeemableObject.PROMOTION_TIER, discount=TEN_OFF)


def refused(candidate: Candidate, now: datetime = NOW) -> Reason | None:
    return refusal(candidate, Snapshot(now=now, time_zone=WARSAW.key), zone=WARSAW)


@pytest.mark.parametrize("candidate", [VOUCHER, TIER])
def test_accepts_what_has_no_limits(candidate: Candidate) -> None:
    assert refused(candidate) is None


@pytest.mark.parametrize(
    ("facts", "voucher", "tier"),
    [
        (
            {"is_active": False},
            ("voucher_disabled", "voucher is disabled"),
            ("promotion_inactive", "Inactive Promotion"),
        ),
        (
            {"is_campaign_active": False},
            ("campaign_not_active", "campaign not active"),
            ("promotion_inactive", "Inactive Promotion"),
        ),
        (
            {"validity": Validity(starts_at=LATER)},
            ("voucher_not_active", "voucher not active yet"),
            ("promotion_inactive", "Inactive Promotion"),
        ),
        (
            {"validity": Validity(ends_at=NOW)},
            ("voucher_expired", "voucher expired"),
            ("promotion_inactive", "Inactive Promotion"),
        ),
        (
            {"campaign_validity": Validity(ends_at=NOW)},
            ("voucher_expired", "voucher expired"),
            ("promotion_inactive", "Inactive Promotion"),
        ),
        (
            {"validity": Validity(days_of_week=(3,))},
            ("voucher_not_active_now", "voucher not active now"),
            ("promotion_not_active_now", "promotion not active now"),
        ),
        (
            {"uses": Uses(quantity=1, used=1)},
            ("quantity_exceeded", "quantity exceeded"),
            ("quantity_exceeded", "quantity exceeded"),
        ),
    ],
)
def test_each_check_has_its_key_and_message(
    facts: dict[str, object], voucher: tuple[str, str], tier: tuple[str, str]
) -> None:
    for candidate, expected in ((VOUCHER, voucher), (TIER, tier)):
        reason = refused(replace(candidate, **facts))

        assert reason is not None
        assert (reason.key, reason.message) == expected


def test_first_check_in_the_order_of_the_contract_wins() -> None:
    facts: list[tuple[str, dict[str, object]]] = [
        ("quantity_exceeded", {"uses": Uses(quantity=0)}),
        ("voucher_not_active_now", {"validity": Validity(days_of_week=(3,))}),
        ("voucher_expired", {"validity": Validity(days_of_week=(3,), ends_at=NOW)}),
        ("voucher_not_active", {"validity": Validity(days_of_week=(3,), ends_at=NOW, starts_at=LATER)}),
        ("campaign_not_active", {"is_campaign_active": False}),
        ("voucher_disabled", {"is_active": False}),
        ("not_found", {"reason": reasons.not_found(resource_type="voucher", resource_id="v_1")}),
    ]
    candidate = VOUCHER

    for key, more in facts:
        candidate = replace(candidate, **more)
        reason = refused(candidate)
        assert reason is not None
        assert reason.key == key


@pytest.mark.parametrize(
    ("instant", "key"),
    [
        (LATER - MILLISECOND, ReasonKey.VOUCHER_NOT_ACTIVE),
        (LATER, None),
        (LATER + timedelta(days=1) - MILLISECOND, None),
        (LATER + timedelta(days=1), ReasonKey.VOUCHER_EXPIRED),
    ],
)
def test_start_is_inside_and_end_is_outside(instant: datetime, key: ReasonKey | None) -> None:
    candidate = replace(VOUCHER, validity=Validity(starts_at=LATER, ends_at=LATER + timedelta(days=1)))

    reason = refused(candidate, instant)

    assert (None if reason is None else reason.key) == key


def test_own_dates_beat_those_of_the_campaign() -> None:
    closed = Validity(starts_at=LATER)

    candidate = replace(VOUCHER, validity=Validity(starts_at=NOW), campaign_validity=closed)

    assert refused(candidate) is None
    assert refused(replace(candidate, validity=Validity())) is not None


def test_tier_counts_its_timeframe_from_the_start_of_the_campaign() -> None:
    own = Validity(timeframe=Timeframe(interval=Duration(days=2), duration=Duration(days=1)))

    open_today = replace(TIER, validity=own, campaign_validity=Validity(starts_at=NOW - timedelta(days=2)))
    closed_today = replace(TIER, validity=own, campaign_validity=Validity(starts_at=NOW - timedelta(days=3)))

    assert refused(open_today) is None
    reason = refused(closed_today)
    assert reason is not None
    assert reason.key == ReasonKey.PROMOTION_NOT_ACTIVE_NOW
    assert reason.remedy == "Works from Wednesday 25 November 11:00"


def test_timeframe_without_any_start_is_refused_with_what_is_missing() -> None:
    own = Validity(timeframe=Timeframe(interval=Duration(days=2), duration=Duration(days=1)))

    reason = refused(replace(VOUCHER, validity=own))

    assert reason is not None
    assert reason.key == ReasonKey.VOUCHER_NOT_ACTIVE_NOW
    assert reason.remedy == "Set a start date"


def test_activity_after_publication_ends() -> None:
    candidate = replace(
        VOUCHER,
        campaign_validity=Validity(ends_at=LATER, activity_duration=Duration(days=2)),
        published_at=NOW - timedelta(days=2),
    )

    reason = refused(candidate)

    assert reason is not None
    assert reason.key == ReasonKey.VOUCHER_EXPIRED
    assert reason.details == "SUMMER ended on Tuesday 24 November 11:00"
    assert refused(candidate, NOW - MILLISECOND) is None


def test_start_says_when_it_really_becomes_active() -> None:
    plain = refused(replace(VOUCHER, validity=Validity(starts_at=LATER)))
    sundays = refused(replace(VOUCHER, validity=Validity(starts_at=LATER, days_of_week=(0,))))

    assert plain is not None
    assert plain.details == "SUMMER starts on Tuesday 1 December 01:00"
    assert plain.remedy == "Works from Tuesday 1 December 01:00"
    assert sundays is not None
    assert sundays.remedy == "Works from Sunday 6 December 00:00"


@pytest.mark.parametrize(
    ("uses", "remedy"),
    [
        (Uses(quantity=2, used=2), "Raise the redemption quantity"),
        (Uses(quantity=2, used=1, held=1), "Wait until a session releases its lock"),
    ],
)
def test_used_up_names_the_code_and_the_way_out(uses: Uses, remedy: str) -> None:
    reason = refused(replace(VOUCHER, uses=uses))

    assert reason is not None
    assert (reason.details, reason.remedy) == ("SUMMER", remedy)


def test_unknown_code_keeps_the_reason_it_came_with() -> None:
    reason = reasons.not_found(resource_type="voucher", resource_id="NOPE")

    assert refused(Candidate(key="NOPE", reason=reason)) is reason
    assert reason.message == "Resource not found"
    assert reason.details == "Cannot find voucher with id NOPE"


def test_key_stands_in_where_there_is_no_label() -> None:
    reason = refused(Candidate(key="v_1", discount=TEN_OFF, uses=Uses(quantity=0)))

    assert reason is not None
    assert reason.details == "v_1"
