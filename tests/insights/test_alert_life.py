"""How alerts begin, go on, are put off, and end. What is found is said by the test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from approvals.models import Notification
from core.actors import Actor, ActorKind, Role
from core.errors import InvalidPayload, MissingPermission
from core.models import AuditEntry, OutboxEvent
from insights.models import Alert, AlertRule
from insights.selectors import alert_findings
from insights.selectors.alert_findings.found import Finding, Found
from insights.services import alert_evaluation, alert_rules, alerts
from insights.services.alert_rules import RuleSpec
from insights.services.alerts import AlertIsOver
from tests.approvals.world import person
from tests.conftest import NOW
from tests.factories.alerts import Kind, rule
from tests.factories.promotions import CampaignFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("only_my_rules")]

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HOLDS = 10 * MINUTE
MARA = Actor(kind=ActorKind.USER, id="7", label="Mara", role=Role.USER, channel="ADMIN")
FIGURES = {"name": "", "campaign_id": None, "refused": 20, "attempts": 40, "minutes": 30, "reasons": []}

Say = Callable[..., None]


def a(subject: str = "all", level: int = 0, **values: Any) -> Finding:
    return Finding(subject=subject, level=level, figures=FIGURES, **values)


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Say:
    """`say(a("all"))`: what rules about refusals find from now on."""

    def found(*findings: Finding, is_complete: bool = True) -> None:
        answer = Found(findings=findings, is_complete=is_complete)
        monkeypatch.setitem(alert_findings._FIND, Kind.REFUSALS, lambda *_: answer)  # type: ignore[arg-type]

    found()
    return found


@pytest.fixture
def ada() -> User:
    return person("ada", "Administrator")


@pytest.fixture
def asked(ada: User) -> AlertRule:
    return rule(Kind.REFUSALS, groups=["Administrator"])


def look(after: timedelta = timedelta()) -> int:
    return alert_evaluation.evaluate(now=NOW + after)


def told() -> list[str]:
    return list(Notification.objects.order_by("pk").values_list("text", flat=True))


def the_alert() -> Alert:
    return Alert.objects.select_related("rule").get()


RAISED = "Warning: The whole project: 50 % of redemptions are refused"
STILL = "Still warning: The whole project: 50 % of redemptions are refused"
OVER = "Over: The whole project: 50 % of redemptions are refused"


def test_what_goes_on_is_told_once(asked: AlertRule, say: Say) -> None:
    say(a())

    changed = [look(minute * MINUTE) for minute in range(200)]

    assert changed == [1] + [0] * 199
    alert = the_alert()
    assert (alert.state, alert.severity, alert.raised_at) == (Alert.State.OPEN, "WARNING", NOW)
    assert alert.seen_at == NOW + 199 * MINUTE
    assert told() == [RAISED]
    assert list(OutboxEvent.objects.filter(name="alert.raised").values_list("entity_id", flat=True)) == [
        alert.public_id
    ]


def test_it_is_over_when_it_stays_away_for_ten_minutes(asked: AlertRule, say: Say) -> None:
    say(a())
    look()
    say()
    look(MINUTE)
    look(10 * MINUTE)
    assert the_alert().state == Alert.State.OPEN

    assert look(11 * MINUTE) == 1

    alert = the_alert()
    assert (alert.state, alert.resolved_at, alert.ending) == ("RESOLVED", NOW + 11 * MINUTE, "GONE")
    assert told() == [RAISED, OVER]
    assert OutboxEvent.objects.filter(name="alert.resolved").count() == 1
    assert look(12 * MINUTE) == 0


def test_what_comes_and_goes_is_one_alert_told_once_an_hour(asked: AlertRule, say: Say) -> None:
    """Twelve minutes there, twelve minutes away, for four hours."""
    for minute in range(240):
        say(*([a()] if minute // 12 % 2 == 0 else []))
        look(minute * MINUTE)

    alert = the_alert()
    assert alert.times == 10
    assert told().count(RAISED) + told().count(STILL) <= 4
    assert told().count(OVER) <= 4
    assert told()[:3] == [RAISED, OVER, RAISED]


def test_what_comes_back_after_an_hour_is_a_new_alert(asked: AlertRule, say: Say) -> None:
    say(a())
    look()
    say()
    look(MINUTE)
    look(11 * MINUTE)
    say(a())
    look(11 * MINUTE + HOUR)

    assert list(Alert.objects.order_by("pk").values_list("state", "times")) == [("RESOLVED", 1), ("OPEN", 1)]
    assert told() == [RAISED, OVER, RAISED]


def test_each_subject_has_its_own_alert_and_the_database_allows_no_second(asked: AlertRule, say: Say) -> None:
    say(a("one"), a("two"))
    look()
    look(MINUTE)
    alert = Alert.objects.get(subject="one")

    assert Alert.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(
            rule=asked, subject="one", severity="INFO", raised_at=NOW, seen_at=NOW, figures={}
        )
    alert.state, alert.resolved_at, alert.ending = "RESOLVED", NOW, "GONE"
    alert.save()
    Alert.objects.create(rule=asked, subject="one", severity="INFO", raised_at=NOW, seen_at=NOW, figures={})


def test_what_may_be_cut_off_is_not_over(asked: AlertRule, say: Say) -> None:
    say(a("one"), a("two"))
    look()
    say(a("two"), is_complete=False)

    look(MINUTE)
    look(30 * MINUTE)

    assert set(Alert.objects.values_list("state", flat=True)) == {"OPEN"}


def test_reminders_come_at_their_hours_while_nobody_looks(asked: AlertRule, say: Say) -> None:
    AlertRule.objects.update(remind_hours=2)
    say(a())
    for minute in range(0, 300, 5):
        look(minute * MINUTE)
    assert told() == [RAISED, STILL, STILL]

    alerts.acknowledge(alert_id=the_alert().pk, note="", actor=MARA, now=NOW + 5 * HOUR)
    for minute in range(300, 600, 5):
        look(minute * MINUTE)

    assert told() == [RAISED, STILL, STILL]


def test_somebody_looks_at_it(asked: AlertRule, say: Say) -> None:
    say(a())
    look()

    done = alerts.acknowledge(alert_id=the_alert().pk, note="I call them.", actor=MARA, now=NOW + MINUTE)
    alerts.acknowledge(alert_id=done.pk, note="", actor=MARA, now=NOW + 2 * MINUTE)
    look(3 * MINUTE)

    alert = the_alert()
    assert (alert.state, alert.acknowledged_by, alert.note) == ("ACKNOWLEDGED", "Mara", "I call them.")
    assert alert.acknowledged_at == NOW + MINUTE
    assert AuditEntry.objects.filter(action="alert.acknowledged").count() == 1
    assert OutboxEvent.objects.filter(name="alert.acknowledged").count() == 1
    say()
    look(4 * MINUTE)
    look(20 * MINUTE)
    assert the_alert().is_over


def test_what_gets_worse_is_open_again_and_told(asked: AlertRule, say: Say) -> None:
    say(a(level=80))
    look()
    alerts.acknowledge(alert_id=the_alert().pk, note="", actor=MARA, now=NOW)
    look(MINUTE)
    assert the_alert().state == "ACKNOWLEDGED"

    say(a(level=95))
    look(2 * MINUTE)
    say(a(level=80))
    look(3 * MINUTE)

    assert (the_alert().state, the_alert().level) == ("OPEN", 95)
    assert told() == [RAISED, RAISED]
    assert OutboxEvent.objects.filter(name="alert.worsened").count() == 1


@pytest.mark.parametrize(("after", "is_awake"), [(59 * MINUTE, False), (HOUR, True)])
def test_it_is_put_off_until_a_time(asked: AlertRule, say: Say, after: timedelta, is_awake: bool) -> None:
    say(a())
    look()
    alerts.snooze(alert_id=the_alert().pk, until=NOW + HOUR, actor=MARA, now=NOW)

    look(after)

    assert the_alert().state == ("OPEN" if is_awake else "SNOOZED")
    assert told() == ([RAISED, STILL] if is_awake else [RAISED])


def test_what_is_put_off_ends_all_the_same(asked: AlertRule, say: Say) -> None:
    say(a())
    look()
    alerts.snooze(alert_id=the_alert().pk, until=NOW + HOUR, actor=MARA, now=NOW)
    say()
    look(MINUTE)
    look(15 * MINUTE)

    assert (the_alert().state, the_alert().snoozed_until) == ("RESOLVED", None)


@pytest.mark.parametrize("until", [NOW, NOW - MINUTE, NOW + timedelta(days=30, minutes=1)])
def test_it_is_not_put_off_into_the_past_or_for_ever(asked: AlertRule, say: Say, until: Any) -> None:
    say(a())
    look()

    with pytest.raises(InvalidPayload):
        alerts.snooze(alert_id=the_alert().pk, until=until, actor=MARA, now=NOW)

    assert the_alert().state == "OPEN"


def test_what_is_over_cannot_be_looked_at(asked: AlertRule, say: Say) -> None:
    say(a())
    look()
    say()
    look(MINUTE)
    look(15 * MINUTE)
    over = the_alert()

    with pytest.raises(AlertIsOver):
        alerts.acknowledge(alert_id=over.pk, note="", actor=MARA, now=NOW)
    with pytest.raises(AlertIsOver):
        alerts.snooze(alert_id=over.pk, until=NOW + HOUR, actor=MARA, now=NOW)


def test_who_only_reads_looks_at_nothing(asked: AlertRule, say: Say) -> None:
    say(a())
    look()
    viewer = Actor(kind=ActorKind.USER, id="9", label="Vera", role=Role.VIEWER, channel="ADMIN")

    with pytest.raises(MissingPermission):
        alerts.acknowledge(alert_id=the_alert().pk, note="", actor=viewer, now=NOW)

    assert the_alert().state == "OPEN"


def test_a_muted_rule_finds_and_tells_nobody(asked: AlertRule, say: Say) -> None:
    alert_rules.mute(rule_id=asked.pk, until=NOW + HOUR, actor=MARA, now=NOW)
    say(a())
    look()
    assert (the_alert().state, told()) == ("OPEN", [])
    assert not OutboxEvent.objects.filter(name="alert.raised").exists()

    look(HOUR)

    assert told() == [STILL]


def test_what_began_and_ended_while_it_was_muted_is_never_told(asked: AlertRule, say: Say) -> None:
    alert_rules.mute(rule_id=asked.pk, until=NOW + 5 * MINUTE, actor=MARA, now=NOW)
    say(a())
    look()
    say()
    look(MINUTE)
    look(15 * MINUTE)

    assert (the_alert().state, told()) == ("RESOLVED", [])


def test_unmuted_before_its_time_it_tells_again(asked: AlertRule, say: Say) -> None:
    alert_rules.mute(rule_id=asked.pk, until=NOW + HOUR, actor=MARA, now=NOW)
    alert_rules.mute(rule_id=asked.pk, until=None, actor=MARA, now=NOW)
    say(a())
    look()

    assert told() == [RAISED]


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ({"share": 70}, True),
        ({"is_active": False}, True),
        ({"severity": "INFO"}, False),
        ({"name": "N"}, False),
    ],
)
def test_a_rule_that_looks_for_something_else_ends_its_alerts(
    asked: AlertRule, say: Say, values: dict[str, Any], ends: bool
) -> None:
    say(a())
    look()

    alert_rules.update(rule_id=asked.pk, spec=RuleSpec(values=values), actor=MARA, now=NOW)

    assert (the_alert().ending == "RULE_CHANGED") is ends
    assert told() == [RAISED]


def test_a_rule_that_is_deleted_ends_its_alerts_and_looks_no_more(asked: AlertRule, say: Say) -> None:
    say(a())
    look()
    alert_rules.delete(rule_id=asked.pk, actor=MARA, now=NOW)

    assert (the_alert().ending, look(HOUR), Alert.objects.count()) == ("RULE_CHANGED", 0, 1)


def test_a_rule_that_breaks_says_so_and_keeps_no_other_from_its_turn(
    asked: AlertRule, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = rule(Kind.NO_REDEMPTION, name="Other")
    campaign = CampaignFactory(created_at=NOW - 48 * HOUR)

    def broken(*_: Any) -> Found:
        raise ZeroDivisionError("no attempts")

    monkeypatch.setitem(alert_findings._FIND, Kind.REFUSALS, broken)  # type: ignore[arg-type]
    look()

    asked.refresh_from_db()
    assert asked.last_error == "ZeroDivisionError: no attempts"
    assert (the_alert().rule, the_alert().campaign) == (other, campaign)
    say(a())
    look(MINUTE)
    asked.refresh_from_db()
    assert (asked.last_error, Alert.objects.count()) == ("", 2)


def test_alerts_that_ended_long_ago_are_forgotten(asked: AlertRule, say: Say) -> None:
    say(a("one"), a("two"))
    look()
    say(a("two"))
    look(MINUTE)
    look(15 * MINUTE)

    assert alerts.prune(before=NOW + 15 * MINUTE) == 0
    assert alerts.prune(before=NOW + 16 * MINUTE) == 1
    assert the_alert().subject == "two"
