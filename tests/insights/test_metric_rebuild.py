"""Made again from the rows: lies are named and put right, history is counted, the night proves it."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.models import OutboxEvent
from insights.models import CountedRedemption, MetricHour, MetricProgress, RefusalHour
from insights.selectors.metrics import progress
from insights.services import metric_rebuild, metrics
from promotions.models import Redemption
from tests.conftest import NOW
from tests.insights import direct_count
from tests.insights.metric_shop import MetricShop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> MetricShop:
    """Two days of a shop, counted."""
    made = MetricShop(7, NOW)
    made.open()
    for _ in range(40):
        made.happen()
    metric_rebuild.catch_up(now=made.now)
    return made


def lie() -> None:
    row = CountedRedemption.objects.filter(status="SUCCEEDED", discount_amount__gt=0).earliest("redeemed_at")
    CountedRedemption.objects.filter(pk=row.pk).update(discount_amount=row.discount_amount + 5)
    MetricHour.objects.filter(campaign=None).update(refusals=99)
    RefusalHour.objects.all().delete()


def checked(**options: int) -> list[str]:
    err = StringIO()
    with pytest.raises(CommandError, match="differences? found"):
        call_command("rebuild_metrics", "--check", stderr=err, **options)
    return err.getvalue().splitlines()


def test_history_without_events_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("insights.services.metric_progress.BATCH", 9)
    monkeypatch.setattr("insights.services.metrics.BATCH", 9)
    shop = MetricShop(5, NOW)
    shop.open()
    for _ in range(30):
        shop.happen()
    OutboxEvent.objects.all().delete()

    assert progress().is_counting_history
    metric_rebuild.catch_up(now=shop.now)

    assert direct_count.differences() == []
    assert not progress().is_counting_history
    assert Redemption.objects.count() > 10


def test_a_check_names_what_is_wrong_and_changes_nothing(shop: MetricShop) -> None:
    lie()
    before = direct_count.stored()

    said = checked(limit=1000)

    assert direct_count.stored() == before
    assert any(line.startswith("redemption r_") and "discount_amount is" in line for line in said)
    assert any(line.startswith("everything through") and "refusals is 99" in line for line in said)


def test_a_rebuild_puts_right_what_is_wrong(shop: MetricShop) -> None:
    lie()
    out = StringIO()

    call_command("rebuild_metrics", stdout=out)

    assert "put" in out.getvalue()
    assert direct_count.differences() == []
    call_command("rebuild_metrics", "--check", stdout=out)
    assert "The metrics say what the tables say." in out.getvalue()


def test_a_rebuild_since_a_day_leaves_what_is_older(shop: MetricShop) -> None:
    lie()
    since = (shop.now + timedelta(days=1)).date().isoformat()

    call_command("rebuild_metrics", since=since, stdout=StringIO())

    assert len(direct_count.differences()) > 0
    with pytest.raises(CommandError, match="--since needs a day"):
        call_command("rebuild_metrics", since="yesterday")


def test_a_night_proves_it_once_and_puts_it_right(shop: MetricShop, caplog: pytest.LogCaptureFixture) -> None:
    lie()
    night = shop.now + timedelta(days=1)

    found = metric_rebuild.prove_when_due(now=night)

    assert found is not None
    assert found > 0
    assert f"metrics: {found} differences" in caplog.text
    assert direct_count.differences() == []
    assert MetricProgress.objects.get().differences == found
    assert metric_rebuild.prove_when_due(now=night + timedelta(minutes=5)) is None
    assert metric_rebuild.prove_when_due(now=night + timedelta(days=1)) == 0


def test_an_idle_pass_asks_little_and_writes_nothing(
    shop: MetricShop, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert metrics.follow(now=shop.now) == 0
