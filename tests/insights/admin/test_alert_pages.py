"""The pages of alerts and rules: what people of each kind see and do there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from core.models import ChannelMinute, Heartbeat
from insights.models import Alert, AlertRule
from insights.services import alert_evaluation
from tests.approvals.world import person
from tests.conftest import NOW
from tests.factories.alerts import Kind, raised, redemptions, rule
from tests.factories.promotions import CampaignFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("only_my_rules")]

RULES, ALERTS = "/admin/insights/alertrule/", "/admin/insights/alert/"
FORM = {
    "name": "Mine",
    "severity": "WARNING",
    "is_active": "on",
    "kind": "RATE",
    "scope": "PROJECT",
    "rate_share": "70",
    "rate_hours": "3",
    "rate_number": "",
    "direction": "FEWER",
    "groups": ["Marketer"],
    "addresses": "ops@shop.example, duty@shop.example",
    "in_app": "on",
    "by_mail": "on",
    "remind_hours": "4",
}
OF_SERVICE = {"_form_submitted": "on"}


@pytest.fixture
def browser_of() -> Callable[..., Client]:
    def sign_in(*groups: str) -> Client:
        browser = Client()
        browser.force_login(person("-".join(groups).lower(), *groups))
        return browser

    return sign_in


def test_a_rule_is_made_by_its_form(browser_of: Callable[..., Client]) -> None:
    browser = browser_of("Marketer")
    ada = person("ada", "Administrator")

    answer = browser.post(f"{RULES}add/", {**FORM, "people": [str(ada.pk)]})

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made = AlertRule.objects.get(name="Mine")
    assert (made.share, made.hours, made.number, made.direction) == (70, 3, 20, "FEWER")
    assert (made.groups, made.addresses) == (["Marketer"], ["ops@shop.example", "duty@shop.example"])
    assert (made.in_app, made.by_mail, made.by_webhook, made.remind_hours) == (True, True, False, 4)
    assert list(made.people.all()) == [ada]


def test_a_rule_is_changed_and_keeps_what_was_not(browser_of: Callable[..., Client]) -> None:
    browser = browser_of("Marketer")
    browser.post(f"{RULES}add/", FORM)
    made = AlertRule.objects.get(name="Mine")

    answer = browser.post(f"{RULES}{made.pk}/change/", {**FORM, "rate_share": "80", "rate_number": "20"})

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made.refresh_from_db()
    assert (made.share, made.hours, made.number) == (80, 3, 20)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"rate_share": "5"}, "greater than or equal to 10"),
        ({"rate_share": "200"}, "more than 100 percent"),
        ({"scope": "CAMPAIGN"}, "Choose what is watched."),
        ({"addresses": "ops"}, "valid email"),
        ({"name": ""}, "required"),
    ],
)
def test_a_form_says_what_is_wrong(
    values: dict[str, str], said: str, browser_of: Callable[..., Client]
) -> None:
    answer = browser_of("Marketer").post(f"{RULES}add/", {**FORM, **values})

    assert (answer.status_code, said in answer.text) == (200, True)
    assert not AlertRule.objects.filter(name="Mine").exists()


def test_who_only_reads_sees_rules_in_words(browser_of: Callable[..., Client]) -> None:
    made = rule(Kind.RATE, name="Off", groups=["Finance"])

    page = browser_of("Viewer").get(f"{RULES}{made.pk}/change/")

    assert page.status_code == 200
    assert "are fewer or more by 60 %" in page.text
    assert "Finance: in the admin, by e-mail, to webhooks" in page.text
    assert "rate_share" not in page.text


def test_each_kind_has_pages_that_can_be_read(browser_of: Callable[..., Client]) -> None:
    from core.actors import Actor
    from core.services import api_keys
    from tests.conftest import NOW as now
    from tests.insights.alert_world import budget_of, calls, reached, usual

    CampaignFactory(created_at=now - timedelta(days=100), name="Quiet")
    reached(budget_of(CampaignFactory(ends_at=now + timedelta(days=1))), 100)
    usual(100)
    redemptions(20, at=now - timedelta(minutes=1), refused="voucher_expired")
    key = api_keys.create(name="Till", actor=Actor.system("tests"), now=now).key
    calls(key, timedelta(minutes=5), 100, server=100)
    calls(key, timedelta(minutes=5), 100, refused=100, work=ChannelMinute.Work.VALIDATION)
    Heartbeat.objects.create(name="beat", at=now - timedelta(minutes=9))
    for kind in Kind:
        rule(kind, name=f"R {kind}", watching_since=now - timedelta(hours=1))
    AlertRule.objects.filter(kind=Kind.SILENT).update(evaluated_at=now - timedelta(minutes=1))
    alert_evaluation.evaluate(now=now)
    assert set(Alert.objects.values_list("rule__kind", flat=True)) == set(Kind)
    browser = browser_of("Viewer")

    listing = browser.get(ALERTS)
    pages = [browser.get(f"{ALERTS}{pk}/change/") for pk in Alert.objects.values_list("pk", flat=True)]
    rules = browser.get(RULES)

    assert "Quiet: nothing redeemed since its launch" in listing.text
    assert [page.status_code for page in pages] == [200] * len(pages)
    assert all("What to do" in page.text for page in pages)
    assert all(f"R {kind}" in rules.text for kind in Kind)


def test_the_list_begins_with_what_nobody_looks_at_and_is_worst(browser_of: Callable[..., Client]) -> None:
    made = rule(Kind.NO_REDEMPTION)
    for name, values in {
        "over": {"state": "RESOLVED", "resolved_at": NOW, "ending": "GONE", "severity": "CRITICAL"},
        "seen": {"state": "ACKNOWLEDGED", "acknowledged_at": NOW, "severity": "CRITICAL"},
        "info": {"severity": "INFO"},
        "critical": {"severity": "CRITICAL"},
        "warning": {},
    }.items():
        raised(made, name, campaign=CampaignFactory(name=f"Camp {name}"), **values)

    text = browser_of("Viewer").get(ALERTS).text

    places = [text.index(f"Camp {name}:") for name in ("critical", "warning", "info", "seen", "over")]
    assert places == sorted(places)
    assert "bg-red" in text


def test_buttons_look_at_it_put_it_off_and_mute(browser_of: Callable[..., Client]) -> None:
    browser = browser_of("Marketer")
    alert = raised(rule(Kind.NO_REDEMPTION), "a")
    path = f"{ALERTS}{alert.pk}/"

    browser.post(f"{path}snooze/", {**OF_SERVICE, "choice": "MORNING"})
    alert.refresh_from_db()
    assert alert.state == "SNOOZED"
    assert (alert.snoozed_until.hour, alert.snoozed_until.minute) == (8, 0)
    assert timedelta() < alert.snoozed_until - timezone.now() <= timedelta(hours=32)

    own = timezone.now() + timedelta(days=2)
    answer = browser.post(f"{path}snooze/", {**OF_SERVICE, "choice": "OWN"})
    assert "Choose a day and a time." in answer.text
    browser.post(
        f"{path}snooze/",
        {**OF_SERVICE, "choice": "OWN", "at_0": own.strftime("%Y-%m-%d"), "at_1": own.strftime("%H:%M")},
    )
    alert.refresh_from_db()
    assert alert.snoozed_until == own.replace(second=0, microsecond=0)

    browser.post(f"{path}acknowledge/", {**OF_SERVICE, "note": "Mine"})
    browser.post(f"{path}mute_rule/", {**OF_SERVICE, "choice": "168"})
    alert.refresh_from_db()
    assert (alert.state, alert.note, alert.acknowledged_by) == ("ACKNOWLEDGED", "Mine", "marketer")
    assert timedelta(days=6, hours=23) < alert.rule.muted_until - timezone.now() <= timedelta(days=7)

    browser.post(f"{RULES}{alert.rule_id}/unmute/", OF_SERVICE)
    alert.rule.refresh_from_db()
    assert alert.rule.muted_until is None


def test_selected_alerts_are_looked_at_together(browser_of: Callable[..., Client]) -> None:
    made = rule(Kind.NO_REDEMPTION)
    rows = [raised(made, name) for name in ("a", "b", "c")]
    data = {"action": "acknowledge_selected", "_selected_action": [str(row.pk) for row in rows[:2]]}

    browser_of("Marketer").post(ALERTS, data)

    states = list(Alert.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["ACKNOWLEDGED", "ACKNOWLEDGED", "OPEN"]


def test_a_rule_that_is_deleted_leaves_the_list(browser_of: Callable[..., Client]) -> None:
    made = rule(Kind.NO_REDEMPTION, name="Gone soon")
    alert = raised(made, "a")
    browser = browser_of("Administrator")

    browser.post(f"{RULES}{made.pk}/remove/", OF_SERVICE)

    assert "Gone soon is deleted." in browser.get(RULES).text
    assert "Gone soon" not in browser.get(RULES).text
    page = browser.get(f"{ALERTS}{alert.pk}/change/")
    assert "its rule was changed" in page.text


def test_the_sidebar_counts_what_nobody_looks_at(browser_of: Callable[..., Client]) -> None:
    from config import navigation

    made = rule(Kind.NO_REDEMPTION)
    raised(made, "a")
    raised(made, "b", severity="CRITICAL")
    raised(made, "c", state="ACKNOWLEDGED", acknowledged_at=NOW)
    browser = browser_of("Viewer")
    request: Any = browser.get(ALERTS).wsgi_request

    entries = {one["title"]: one for one in navigation.sections(request)[0]["items"]}

    assert (entries["Alerts"]["badge"], entries["Alerts"]["badge_variant"]) == (2, "danger")


@pytest.mark.parametrize("path", [ALERTS, RULES])
def test_cost_of_lists_does_not_grow(
    path: str, browser_of: Callable[..., Client], count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    browser = browser_of("Viewer")

    def more(number: int) -> None:
        for _ in range(number):
            made = rule(Kind.NO_REDEMPTION, name=f"Rule {AlertRule.objects.count()}")
            made.people.add(User.objects.get())
            raised(made, "a", campaign=CampaignFactory())

    more(2)
    browser.get(path)
    few = count_queries(lambda: browser.get(path))
    more(12)

    assert count_queries(lambda: browser.get(path)) == few


@pytest.mark.parametrize(("minutes", "is_said"), [(14, False), (16, True)])
def test_the_list_says_that_nobody_looks_at_rules(
    minutes: int, is_said: bool, browser_of: Callable[..., Client]
) -> None:
    ago = timezone.now() - timedelta(minutes=minutes)
    rule(Kind.BUDGET, evaluated_at=ago)
    rule(Kind.RATE, created_at=ago - timedelta(days=1))

    assert ("Rules were looked at last on" in browser_of("Viewer").get(ALERTS).text) is is_said
