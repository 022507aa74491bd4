"""Who hears of an alert, in which words: here, by e-mail, through webhooks."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail

from approvals.models import Notification, NotificationSettings
from approvals.services import mailing
from core.actors import Actor
from core.models import Branding, ChannelMinute, EventInterest, Heartbeat, OutboxEvent
from core.services import api_keys
from insights.models import Alert, AlertRule
from insights.services import alert_evaluation
from integrations.models import Webhook, WebhookMessage
from tests.approvals.world import person
from tests.conftest import NOW
from tests.factories.alerts import Kind, redemptions, rule
from tests.factories.areas import applies_in, area, works_in
from tests.factories.promotions import CampaignFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("only_my_rules")]

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    settings.FANFARE_SENDS_MAIL = True
    settings.FANFARE_URL = "https://fanfare.example"


def look(after: timedelta = timedelta()) -> None:
    alert_evaluation.evaluate(now=NOW + after)


def refused(number: int = 20) -> None:
    redemptions(number, at=NOW - MINUTE, refused="voucher_expired")


def told_to() -> list[str]:
    rows = Notification.objects.select_related("user").order_by("pk")
    return sorted(row.user.username if row.user else row.address for row in rows)


def test_groups_people_and_addresses_are_told_once_each() -> None:
    ada, mia, vera = person("ada", "Administrator"), person("mia", "User"), person("vera", "Viewer")
    User.objects.filter(pk=person("gone", "Administrator").pk).update(is_active=False)
    User.objects.filter(pk=person("root").pk).update(is_superuser=True)
    person("fin", "Finance")
    made = rule(Kind.REFUSALS, groups=["Administrator", "Marketer"], addresses=["ops@shop.example"])
    made.people.set([ada, vera])
    refused()

    look()

    assert told_to() == ["ada", "mia", "ops@shop.example", "root", "vera"]
    assert (
        Notification.objects.filter(user=mia).get().path
        == f"/admin/insights/alert/{Alert.objects.get().pk}/change/"
    )


def test_the_ways_of_the_rule_and_of_the_person_both_count() -> None:
    quiet = person("quiet", "Administrator")
    NotificationSettings.objects.create(user=quiet, by_mail=[], in_app=["ALERT"])
    person("ada", "Administrator")
    rule(
        Kind.REFUSALS,
        groups=["Administrator"],
        by_mail=False,
        by_webhook=False,
        addresses=["ops@shop.example"],
    )
    refused()

    look()

    assert told_to() == ["ada", "quiet"]
    assert not Notification.objects.filter(mailed_at=None).exists()
    assert not OutboxEvent.objects.filter(name__startswith="alert.").exists()


def test_an_e_mail_says_what_since_when_and_what_to_do() -> None:
    Branding.objects.create(
        pk=1, public_id="brd_1", name="Bean Shop", street="S", city="C", country="UK",
        email="hello@beans.example", created_at=NOW,
    )  # fmt: skip
    person("ada", "Administrator")
    rule(Kind.REFUSALS, name="Refused", groups=["Administrator"], addresses=["ops@shop.example"])
    refused()
    look()

    assert mailing.send_waiting(now=NOW) == 2
    assert mailing.send_waiting(now=NOW) == 0

    to_ada, to_ops = sorted(mail.outbox, key=lambda one: one.to)
    page = f"https://fanfare.example/admin/insights/alert/{Alert.objects.get().pk}/change/"
    assert to_ops.subject == "Warning: The whole project: 100 % of redemptions are refused"
    assert to_ops.body == (
        "Warning: The whole project: 100 % of redemptions are refused\n\n"
        "20 of 20 attempts in the last 30 minutes. The code has expired (20).\n\n"
        "Since 10\N{NO-BREAK SPACE}Mar\N{NO-BREAK SPACE}2026,\N{NO-BREAK SPACE}12:00.\n\n"
        "“Why?” explains one refused code step by step. The most frequent reason says where to begin.\n\n"
        "Told by the rule “Refused”.\n\n"
        f"{page}\n\n-- \nBean Shop\n"
    )
    assert (to_ops.to, to_ops.reply_to) == (["ops@shop.example"], ["hello@beans.example"])
    assert to_ops.from_email.startswith("Bean Shop <")
    assert to_ada.body.startswith(to_ops.body)
    assert "is your choice" in to_ada.body


def test_who_works_in_an_area_hears_of_campaigns_there() -> None:
    hamburg, munich = area("Hamburg", zone="Europe/Berlin"), area("Munich", zone="Europe/Berlin")
    works_in(person("ham", "Restricted marketer"), area=hamburg)
    works_in(person("muc", "Restricted marketer"), area=munich)
    campaign = applies_in(CampaignFactory(created_at=NOW - timedelta(days=9)), area=hamburg)
    rule(Kind.NO_REDEMPTION, groups=["Restricted marketer"])

    look()

    assert (told_to(), Alert.objects.get().campaign) == (["ham"], campaign)


def test_many_alerts_at_once_are_one_line() -> None:
    person("ada", "Administrator")
    made = rule(Kind.NO_REDEMPTION, name="Nothing", groups=["Administrator"])
    CampaignFactory.create_batch(11, created_at=NOW - timedelta(days=9))

    look()

    only = Notification.objects.get()
    assert only.text == "11 alerts of “Nothing” are new"
    assert only.path == f"/admin/insights/alert/?rule__id__exact={made.pk}"
    assert only.details.count("\n- ") == 10


def test_cost_of_telling_does_not_grow(count_queries: Callable[[Callable[[], Any]], int]) -> None:
    person("ada", "Administrator")
    rule(Kind.NO_REDEMPTION, groups=["Administrator"])
    found = []
    for turn, number in enumerate((1, 11, 30)):
        CampaignFactory.create_batch(number, created_at=NOW - timedelta(days=9))
        found.append(count_queries(lambda turn=turn: look(turn * timedelta(minutes=10))))  # type: ignore[misc]

    assert found[1] == found[2]
    assert Alert.objects.count() == 42


def test_a_silent_worker_is_told_without_worker_and_dispatcher() -> None:
    """What people read and what is mailed is written past the outbox."""
    person("ada", "Administrator")
    rule(Kind.SILENT, severity="CRITICAL", groups=["Administrator"])
    for name in ("beat", "worker", "dispatcher"):
        Heartbeat.objects.create(name=name, at=NOW)

    for seconds in range(0, 200, 20):
        at = NOW + timedelta(seconds=seconds)
        Heartbeat.objects.exclude(name="worker").update(at=at)
        alert_evaluation.evaluate(now=at)

    assert Notification.objects.get().text == "Critical: The worker is silent"
    assert mailing.send_waiting(now=NOW + 4 * MINUTE) == 1


def test_webhooks_get_the_whole_alert() -> None:
    Webhook.objects.create(
        name="Pager", target_url="https://pager.example/", wants_all=True, secret="s", created_at=NOW
    )
    EventInterest.objects.create(name="*")
    rule(Kind.REFUSALS, name="Refused")
    refused()

    look()

    alert = Alert.objects.get()
    message = WebhookMessage.objects.get(type="alert.raised")
    assert json.loads(message.data) == {
        "alert": {
            "id": alert.public_id,
            "rule": {"id": alert.rule.public_id, "name": "Refused"},
            "kind": "REFUSALS",
            "severity": "WARNING",
            "state": "OPEN",
            "title": "The whole project: 100 % of redemptions are refused",
            "message": "20 of 20 attempts in the last 30 minutes. The code has expired (20).",
            "advice": "“Why?” explains one refused code step by step. "
            "The most frequent reason says where to begin.",
            "subject": "all",
            "campaign_id": None,
            "figures": {
                "name": "",
                "campaign_id": None,
                "refused": 20,
                "attempts": 20,
                "minutes": 30,
                "reasons": [{"reason": "voucher_expired", "number": 20}],
            },
            "times": 1,
            "raised_at": "2026-03-10T12:00:00.000Z",
            "seen_at": "2026-03-10T12:00:00.000Z",
            "acknowledged": None,
            "snoozed_until": None,
            "resolved_at": None,
            "object": "alert",
        }
    }


def test_every_kind_has_words_for_what_it_finds() -> None:
    from tests.insights.alert_world import OLD, budget_of, calls, reached, usual

    CampaignFactory(created_at=OLD)
    reached(budget_of(CampaignFactory(ends_at=NOW + timedelta(days=1))), 100)
    usual(100)
    refused()
    key = api_keys.create(name="Web", actor=Actor.system("tests"), now=NOW).key
    calls(key, MINUTE, 200, refused=150, work=ChannelMinute.Work.VALIDATION)
    for kind in set(Kind) - {Kind.KEY_ERRORS}:
        rule(kind, watching_since=NOW - timedelta(hours=1), evaluated_at=NOW - MINUTE)
    AlertRule.objects.filter(kind__in=[Kind.RATE, Kind.NO_REDEMPTION, Kind.ENDING]).update(evaluated_at=None)
    person("ada", "Administrator")
    AlertRule.objects.update(groups=["Administrator"])

    look()

    assert set(Alert.objects.values_list("rule__kind", flat=True)) == set(Kind) - {Kind.KEY_ERRORS}
    assert not AlertRule.objects.exclude(last_error="").exists()
