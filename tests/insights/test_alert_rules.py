"""Rules are made, changed and refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.actors import Actor, ActorKind, Role
from core.errors import DuplicateFound, InvalidPayload, MissingPermission
from insights.models import AlertRule
from insights.services import alert_rules
from insights.services.alert_rules import RuleSpec
from tests.conftest import NOW
from tests.factories.alerts import Kind, rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("only_my_rules")]

HOUR = timedelta(hours=1)
MARA = Actor(kind=ActorKind.USER, id="7", label="Mara", role=Role.USER, channel="ADMIN")


@pytest.fixture
def asked() -> AlertRule:
    return rule(Kind.REFUSALS)


def test_a_new_rule_takes_the_usual_numbers_and_only_those_of_its_kind() -> None:
    values = {"name": "Mine", "kind": Kind.RATE, "share": 30, "minutes": 9, "reasons": ["not_found"]}
    made = alert_rules.create(spec=RuleSpec(values=values), actor=MARA, now=NOW)

    stored = AlertRule.objects.get(pk=made.pk)
    assert (stored.share, stored.hours, stored.number, stored.minutes) == (30, 2, 20, None)
    assert stored.reasons == []
    with pytest.raises(DuplicateFound):
        alert_rules.create(spec=RuleSpec(values=values), actor=MARA, now=NOW)


def test_who_works_in_single_areas_changes_no_rule(asked: AlertRule) -> None:
    local = replace(MARA, role=Role.USER_RESTRICTED, places=frozenset({"area:ar_1"}))

    for call in (
        lambda: alert_rules.create(
            spec=RuleSpec(values={"name": "Mine", "kind": Kind.RATE}), actor=local, now=NOW
        ),
        lambda: alert_rules.update(
            rule_id=asked.pk, spec=RuleSpec(values={"share": 9}), actor=local, now=NOW
        ),
        lambda: alert_rules.mute(rule_id=asked.pk, until=NOW + HOUR, actor=local, now=NOW),
        lambda: alert_rules.delete(rule_id=asked.pk, actor=local, now=NOW),
    ):
        with pytest.raises(MissingPermission):
            call()

    stored = AlertRule.objects.filter(deleted_at=None, is_active=True).values_list(
        "pk", "share", "muted_until"
    )
    assert list(stored) == [(asked.pk, 50, None)]


@pytest.mark.parametrize(
    "values",
    [
        {"share": 5},
        {"share": 101},
        {"hours": 25},
        {"scope": "CAMPAIGN"},
        {"kind": "SILENT", "scope": "CATEGORY"},
        {"remind_hours": 0},
        {"addresses": [f"a{n}@b.example" for n in range(11)]},
    ],
)
def test_numbers_out_of_bounds_are_refused(values: dict[str, Any]) -> None:
    spec = RuleSpec(values={"name": "Mine", "kind": Kind.RATE, **values})

    with pytest.raises(InvalidPayload):
        alert_rules.create(spec=spec, actor=MARA, now=NOW)

    assert not AlertRule.objects.filter(name="Mine").exists()
