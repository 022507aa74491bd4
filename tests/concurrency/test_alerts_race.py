"""Two beats, a dispatcher and a worker look at the same rules at the same instant."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections

from approvals.models import Notification
from core.actors import Actor
from core.models import OutboxEvent
from insights.models import Alert, AlertRule
from insights.services import alert_evaluation, alerts
from tests.approvals.world import person
from tests.conftest import NOW
from tests.factories.alerts import Kind, rule
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db(transaction=True)

EVALUATORS, ROUNDS = 4, 6


def test_each_alert_begins_once_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    AlertRule.objects.all().delete()
    person("ada", "Administrator")
    rule(Kind.NO_REDEMPTION, groups=["Administrator"])
    for number in range(3):
        rule(Kind.NO_REDEMPTION, name=f"Other {number}")
    CampaignFactory.create_batch(5, created_at=NOW - timedelta(days=9))
    together, broken = threading.Barrier(EVALUATORS + 1), list[BaseException]()

    def look(_: int) -> None:
        try:
            for turn in range(ROUNDS):
                together.wait(timeout=60)
                alert_evaluation.evaluate(now=NOW + turn * timedelta(minutes=10))
        except BaseException as error:
            broken.append(error)
        finally:
            connections.close_all()

    def acknowledge() -> None:
        """A person who looks at what there is, meanwhile."""
        try:
            for turn in range(ROUNDS):
                together.wait(timeout=60)
                for pk in Alert.objects.values_list("pk", flat=True):
                    now = NOW + turn * timedelta(minutes=10)
                    alerts.acknowledge(alert_id=pk, note=f"{turn}", actor=Actor.system("ada"), now=now)
        except BaseException as error:
            broken.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look, args=(number,)) for number in range(EVALUATORS)]
    threads.append(threading.Thread(target=acknowledge))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert broken == []
    assert "cannot be judged" not in caplog.text
    assert Alert.objects.count() == 20
    assert Notification.objects.count() == 5
    assert OutboxEvent.objects.filter(name="alert.raised").count() == 20
    assert set(Alert.objects.values_list("times", flat=True)) == {1}
    assert set(Alert.objects.values_list("state", flat=True)) == {"ACKNOWLEDGED"}
    assert AlertRule.objects.filter(last_error="").count() == 4
