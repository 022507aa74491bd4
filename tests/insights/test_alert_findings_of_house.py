"""Rules about processes and keys at their exact edges, and what all kinds cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.actors import Actor
from core.models import ChannelMinute, EventInterest, Heartbeat, OutboxEvent
from core.services import api_keys
from insights import alert_rule_words
from insights.alert_kinds import TERMS
from insights.models import AlertRule
from tests.conftest import NOW
from tests.factories.alerts import Kind, redemptions, rule
from tests.factories.promotions import CampaignFactory
from tests.insights.alert_world import (
    DAY,
    HOUR,
    MINUTE,
    OLD,
    budget_of,
    calls,
    found,
    reached,
    subjects,
    usual,
)

pytestmark = pytest.mark.django_db
OF_THE_HOUSE = {Kind.SILENT, Kind.KEY_ERRORS, Kind.FAILED_CODES}


# Processes ----------------------------------------------------------------------
@pytest.fixture
def alive(db: None) -> Callable[..., None]:
    def beat(at: datetime = NOW, **others: datetime) -> None:
        for name in ("beat", "worker", "dispatcher", "webhooks"):
            when = others.get(name, at)
            Heartbeat.objects.update_or_create(name=name, defaults={"at": when})

    return beat


@pytest.mark.parametrize(
    ("silence", "is_found"), [(3 * MINUTE, True), (3 * MINUTE - timedelta(seconds=1), False)]
)
@pytest.mark.parametrize("name", ["beat", "worker", "dispatcher"])
def test_a_process_is_found_after_the_minutes_of_the_rule(
    name: str, silence: timedelta, is_found: bool, alive: Callable[..., None]
) -> None:
    asked = rule(Kind.SILENT, watching_since=NOW - HOUR)
    alive(**{name: NOW - silence})

    assert subjects(asked) == ([f"process:{name}"] if is_found else [])


def test_after_the_house_was_off_everybody_gets_as_long_again(alive: Callable[..., None]) -> None:
    asked = rule(Kind.SILENT, watching_since=NOW - 3 * MINUTE + timedelta(seconds=1))
    alive(NOW - DAY)

    assert found(asked) == []
    assert subjects(asked, NOW + timedelta(seconds=1)) == [
        "process:beat",
        "process:worker",
        "process:dispatcher",
    ]


def test_the_sender_of_webhooks_counts_where_there_are_webhooks(alive: Callable[..., None]) -> None:
    asked = rule(Kind.SILENT, watching_since=NOW - HOUR, processes=["webhooks"])
    alive(NOW - HOUR)
    assert found(asked) == []

    EventInterest.objects.create(name="*")
    assert subjects(asked) == ["process:webhooks"]


def test_a_dispatcher_that_hands_nothing_over_is_found(alive: Callable[..., None]) -> None:
    asked = rule(Kind.SILENT, watching_since=NOW - HOUR)
    alive()
    OutboxEvent.objects.create(
        name="a.b", entity_type="a", entity_id="1", sequence=1, actor_kind="system", actor_id="", channel="",
        created_at=NOW - 4 * MINUTE,
    )  # fmt: skip

    (only,) = found(asked)

    assert (only.subject, only.figures["waiting_seconds"]) == ("process:dispatcher", 240)


# Keys ----------------------------------------------------------------------
def test_a_key_is_found_by_the_share_and_number_of_its_errors() -> None:
    asked = rule(Kind.KEY_ERRORS)
    till, web = (
        api_keys.create(name=name, actor=Actor.system("tests"), now=NOW).key for name in ("Till", "Web")
    )
    calls(till, 10 * MINUTE, 100, client=10, refused=60, server=40)
    calls(till, 5 * MINUTE, 150)
    calls(till, 11 * MINUTE, 100, server=100)
    calls(web, 5 * MINUTE, 1_000, refused=300)

    (only,) = found(asked)

    assert only.subject == f"key:{till.app_id}"
    assert only.figures == {"key": "Till", "calls": 250, "errors": 50, "server_errors": 40, "minutes": 10}

    AlertRule.objects.update(share=21)
    assert found(AlertRule.objects.get(pk=asked.pk)) == []


def test_a_key_is_found_by_the_share_and_number_of_codes_in_vain() -> None:
    asked = rule(Kind.FAILED_CODES)
    web, till = (
        api_keys.create(name=name, actor=Actor.system("tests"), now=NOW).key for name in ("Web", "Till")
    )
    validation, redemption = ChannelMinute.Work.VALIDATION, ChannelMinute.Work.REDEMPTION
    calls(web, 10 * MINUTE, 100, refused=80, work=validation)
    calls(web, 5 * MINUTE, 99, refused=19, work=redemption)
    calls(web, 11 * MINUTE, 100, refused=100, work=validation)
    calls(web, 5 * MINUTE, 900, refused=900)
    calls(till, 5 * MINUTE, 1_000, refused=499, client=500, work=validation)
    assert found(asked) == []

    calls(web, 6 * MINUTE, 1, refused=1, work=redemption)

    (only,) = found(asked)
    assert only.subject == f"key:{web.app_id}"
    assert only.figures == {"key": "Web", "calls": 200, "refused": 100, "minutes": 10}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Many codes are tried in vain", Kind.FAILED_CODES),
        ("A campaign is redeemed far more than usual", Kind.RATE),
    ],
)
def test_every_project_begins_with_rules_against_abuse(name: str, kind: AlertRule.Kind) -> None:
    found = AlertRule.objects.get(name=name)

    assert (found.kind, found.is_active, found.groups) == (kind, True, ["Administrator", "Marketer"])
    for number in TERMS[kind].numbers:
        assert getattr(found, number) is not None
    assert alert_rule_words.sentence(found)


def test_a_campaign_that_is_drained_is_found_by_the_usual_rule_though_the_shop_is_as_usual() -> None:
    asked = AlertRule.objects.get(name="A campaign is redeemed far more than usual")
    quiet, busy = CampaignFactory.create_batch(2, created_at=OLD)
    usual(10, quiet)
    usual(1_000, busy)
    redemptions(29, at=NOW - HOUR, campaign=quiet)
    redemptions(1_000, at=NOW - HOUR, campaign=busy)
    assert subjects(asked) == []

    redemptions(1, at=NOW - HOUR, campaign=quiet)

    assert subjects(asked) == [f"campaign:{quiet.public_id}"]


# Cost ----------------------------------------------------------------------
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in OF_THE_HOUSE])
def test_cost_does_not_grow_with_campaigns(
    kind: AlertRule.Kind, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    asked = rule(kind, is_each=True, number=1) if kind in {Kind.RATE, Kind.REFUSALS} else rule(kind)

    def more(number: int) -> None:
        for campaign in CampaignFactory.create_batch(number, created_at=OLD, ends_at=NOW + DAY):
            reached(budget_of(campaign), 100)
            if kind is not Kind.NO_REDEMPTION:
                usual(50, campaign)
                redemptions(20, at=NOW - MINUTE, campaign=campaign, refused="voucher_expired")

    more(1)
    few = count_queries(lambda: found(asked))
    assert len(found(asked)) == 1
    more(9)

    assert count_queries(lambda: found(asked)) == few
    assert len(found(asked)) == 10
