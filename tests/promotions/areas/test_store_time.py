"""“09:00 to 21:00”, weekdays and dates mean the time of each store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.actors import Actor
from core.models import ProjectSettings, Store
from promotions.models import Campaign
from promotions.redeemables import Requested
from promotions.selectors.scenarios import Scenario
from promotions.services import explanations, qualifications, validations
from promotions.services.qualifications import QualificationSpec
from promotions.services.validations import DecisionSpec
from tests.factories.areas import area, store
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, VoucherFactory, percent

pytestmark = pytest.mark.django_db
SHOP = Actor.system("shop")
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


@pytest.fixture(autouse=True)
def places(db: None) -> None:
    ProjectSettings.objects.update(time_zone="Europe/Berlin")
    store(area("East Coast", zone="America/New_York", currency="USD"), "ny-5", name="Fifth Avenue")
    store(area("Australia", zone="Australia/Sydney"), "howe-1", name="Lord Howe", zone="Australia/Lord_Howe")


def limited(**limits: Any) -> Campaign:
    campaign: Campaign = CampaignFactory(type=Campaign.Type.STANDALONE, **limits)
    VoucherFactory(code="CODE", campaign=campaign)
    PromotionTierFactory(
        name="Tier", campaign=CampaignFactory(promotion=True, **limits), discount=percent(10)
    )
    return campaign


def hours(start: str, end: str | None = None) -> dict[str, Any]:
    entry = {"days_of_week": [0, 1, 2, 3, 4, 5, 6], "start_time": start}
    return {"daily": [{**entry, "expiration_time": end} if end else entry]}


def key(at: datetime, where: str = "") -> str:
    """Why the code is refused then and there, "" if it works; a qualification must agree."""
    metadata = {"store": where} if where else {}
    spec = DecisionSpec(redeemables=(Requested(object="voucher", id="CODE"),), metadata=metadata)
    step = validations.validate(spec=spec, actor=SHOP, now=at).outcome.steps[0]
    asked = QualificationSpec(scenario=Scenario.ALL, metadata=metadata)
    qualified = {hit.offer.kind for hit in qualifications.qualify(spec=asked, actor=SHOP, now=at).hits}
    assert qualified == (set() if step.reason else {"voucher", "promotion_tier"}), at
    return step.reason.key.value if step.reason else ""


def wall(text: str, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


CLOSED = "voucher_not_active_now"


def test_hours_are_those_of_the_store() -> None:
    limited(validity_hours=hours("09:00", "21:00"))

    assert key(wall("2026-07-01T10:00", BERLIN)) == ""
    assert key(wall("2026-07-01T10:00", BERLIN), "ny-5") == CLOSED
    assert key(wall("2026-07-01T09:00", NEW_YORK), "ny-5") == ""
    assert key(wall("2026-07-01T20:59", NEW_YORK), "ny-5") == ""
    assert key(wall("2026-07-01T21:00", NEW_YORK), "ny-5") == CLOSED
    assert key(wall("2026-07-01T20:00", NEW_YORK)) == CLOSED


def test_the_hour_moves_with_the_clocks_of_the_store() -> None:
    """Between 8 March and 29 March New York has put its clocks forward, Berlin has not."""
    limited(validity_hours=hours("09:00", "21:00"))

    for day in ("2026-03-07", "2026-03-08", "2026-03-09", "2026-03-29", "2026-10-26", "2026-11-01"):
        assert key(wall(f"{day}T08:59", NEW_YORK), "ny-5") == CLOSED
        assert key(wall(f"{day}T09:00", NEW_YORK), "ny-5") == ""


def test_weekdays_begin_at_the_midnight_of_the_store() -> None:
    limited(days_of_week=[6])  # Saturday, 4 July 2026

    assert key(wall("2026-07-03T23:59", NEW_YORK), "ny-5") == CLOSED
    assert key(wall("2026-07-04T00:00", NEW_YORK), "ny-5") == ""
    assert key(wall("2026-07-04T23:59", NEW_YORK), "ny-5") == ""
    assert key(wall("2026-07-05T00:00", NEW_YORK), "ny-5") == CLOSED
    assert key(wall("2026-07-04T23:59", NEW_YORK)) == CLOSED


def test_dates_begin_and_end_at_the_midnight_of_the_store() -> None:
    limited(starts_at=wall("2026-11-27T00:00", BERLIN), ends_at=wall("2026-11-28T00:00", BERLIN))

    assert key(wall("2026-11-26T23:59", NEW_YORK), "ny-5") == "voucher_not_active"
    assert key(wall("2026-11-27T00:00", NEW_YORK), "ny-5") == ""
    assert key(wall("2026-11-27T23:59", NEW_YORK), "ny-5") == ""
    assert key(wall("2026-11-28T00:00", NEW_YORK), "ny-5") == "voucher_expired"
    assert key(wall("2026-11-27T00:00", BERLIN)) == ""
    assert key(wall("2026-11-28T00:00", BERLIN)) == "voucher_expired"


@pytest.mark.parametrize("edge", ["01:30", "02:00", "02:30", "03:00"])
@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01", "2026-03-29", "2026-10-25"])
def test_dates_in_the_hours_in_which_clocks_change(day: str, edge: str) -> None:
    """Here or there: codes and offers agree in every half hour (`key` compares), and open and close once."""
    limited(starts_at=wall(f"{day}T{edge}", BERLIN), ends_at=wall(f"{day}T05:00", BERLIN))
    first = wall(f"{day}T00:00", NEW_YORK)
    found = [key(first + number * timedelta(minutes=30), "ny-5") for number in range(13)]

    changes = sum(one != other for one, other in zip(found, found[1:], strict=False))
    assert changes == 2, found
    assert "" in found


def test_half_hours_of_summer_time_and_a_zone_of_its_own() -> None:
    """Lord Howe puts its clocks forward by half an hour on 4 October 2026."""
    limited(validity_hours=hours("09:00", "21:00"))
    howe = ZoneInfo("Australia/Lord_Howe")

    for day in ("2026-10-03", "2026-10-04", "2026-10-05"):
        assert key(wall(f"{day}T08:59", howe), "howe-1") == CLOSED
        assert key(wall(f"{day}T09:00", howe), "howe-1") == ""
        assert key(wall(f"{day}T20:59", howe), "howe-1") == ""


def test_who_is_refused_reads_whose_time_it_is() -> None:
    limited(validity_hours=hours("09:00", "21:00"))
    spec = DecisionSpec(redeemables=(Requested(object="voucher", id="CODE"),), metadata={"store": "ny-5"})

    asked = explanations.ask(spec=spec, actor=SHOP, now=wall("2026-07-01T10:00", BERLIN))

    reason = asked.explanations[0].reason
    assert reason is not None
    assert "Wednesday 1 July 04:00 (time in Fifth Avenue) is outside the days and hours" in (
        reason.details or ""
    )
    assert reason.remedy == "Works from Wednesday 1 July 09:00 (time in Fifth Avenue)"


def test_an_unknown_store_has_the_project_time() -> None:
    limited(validity_hours=hours("09:00", "21:00"))

    assert key(wall("2026-07-01T10:00", BERLIN), "nowhere") == ""
    assert Store.objects.count() == 2
