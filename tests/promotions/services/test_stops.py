"""Stopping, asking to restore, confirming: who may, what is kept, what can never be changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from core.actors import Actor, ActorKind, Role
from core.errors import DomainError, MissingPermission, NotFound
from core.models import AuditEntry, OutboxEvent
from promotions.models import EmergencyStop
from promotions.selectors import stops as in_force
from promotions.services import campaigns, stops
from promotions.services.stops import (
    InvalidStop,
    RestoreAsked,
    RestoreNotAsked,
    SecondPersonNeeded,
    StopIsOver,
    StopSpec,
)
from tests.conftest import NOW
from tests.factories.commerce import ProductCollectionFactory, ProductFactory
from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory
from tests.factories.stops import ANNA, BERT, person, restore, stop
from tests.promotions.api.catalogue import audited, told

pytestmark = pytest.mark.django_db


def key(app_id: str) -> Actor:
    return Actor(kind=ActorKind.API_KEY, id=app_id, label=app_id, role=Role.ADMIN)


def test_a_stop_keeps_who_why_when_and_what_was_on() -> None:
    campaign = CampaignFactory(name="Spring", promotion=True)
    tier = PromotionTierFactory(name="Ten", campaign=campaign)
    CampaignFactory(name="Ended", ends_at=NOW)
    CampaignFactory(name="Off", is_active=False)
    CampaignFactory(name="Later", starts_at=NOW + timedelta(days=1))
    PromotionTierFactory(name="Off", campaign=campaign, is_active=False)
    later = CampaignFactory(name="Sale", promotion=True, ends_at=NOW)
    longer = PromotionTierFactory(name="Longer", campaign=later, ends_at=NOW + timedelta(days=1))
    campaigns.set_active(campaign_id=campaign.pk, is_active=True, actor=ANNA, now=NOW)

    found = EmergencyStop.objects.get(pk=stop("  Wrong price ").pk)

    assert (found.covers, found.reason, found.is_drill) == ({"everything": True}, "Wrong price", False)
    assert (found.started_at, found.started_by, found.started_label) == (NOW, "user:anna", "Anna")
    assert found.was_on == {
        "campaigns": [{"id": campaign.public_id, "name": "Spring", "version": None}],
        "tiers": [
            {"id": tier.public_id, "name": "Ten", "campaign_id": campaign.public_id, "version": None},
            {"id": longer.public_id, "name": "Longer", "campaign_id": later.public_id, "version": None},
        ],
    }
    assert [one.id for one in in_force.read().real] == [found.public_id]


def test_it_names_what_it_covers() -> None:
    campaign, category = CampaignFactory(name="Spring"), CategoryFactory(name="Toys")
    product = ProductFactory(name="Ball", source_id="ball")
    collection = ProductCollectionFactory(name="Balls")
    CampaignFactory(name="Other")

    found = stop(
        campaigns=["Spring", campaign.public_id, "Spring"],
        categories=["Toys"],
        products=["ball"],
        collections=[collection.public_id],
        stores=["Berlin"],
        channels=["APP"],
    )

    assert found.covers == {
        "campaigns": [{"id": campaign.public_id, "name": "Spring"}],
        "categories": [{"id": category.public_id, "name": "Toys"}],
        "products": [{"id": product.public_id, "name": "Ball"}],
        "collections": [{"id": collection.public_id, "name": "Balls"}],
        "stores": [{"id": "Berlin", "name": "Berlin"}],
        "channels": [{"id": "APP", "name": "APP"}],
    }
    assert str(found) == "Spring, Toys, APP and 3 more"


def test_what_was_on_is_what_it_covers() -> None:
    campaign, toys = CampaignFactory(name="Spring"), CategoryFactory(name="Toys")
    CampaignFactory(name="Other")
    CampaignFactory(name="In toys", category=toys)
    tier = PromotionTierFactory(name="Toy tier", category=toys, campaign=CampaignFactory(promotion=True))

    by_campaign = stop(campaigns=[campaign.public_id])
    by_category = stop(categories=["Toys"])

    assert [one["name"] for one in by_campaign.was_on["campaigns"]] == ["Spring"]
    assert by_campaign.was_on["tiers"] == []
    assert [one["name"] for one in by_category.was_on["campaigns"]] == ["In toys"]
    assert [one["id"] for one in by_category.was_on["tiers"]] == [tier.public_id]


@pytest.mark.parametrize(
    ("spec", "error", "says"),
    [
        (StopSpec(reason=" ", is_everything=True), InvalidStop, "Write down the reason"),
        (StopSpec(reason="x" * 2001, is_everything=True), InvalidStop, "2,000 characters"),
        (StopSpec(reason="why"), InvalidStop, "Say what to stop"),
        (StopSpec(reason="why", covers={"campaigns": []}), InvalidStop, "Say what to stop"),
        (StopSpec(reason="why", is_everything=True, covers={"stores": ["B"]}), InvalidStop, "or list"),
        (
            StopSpec(reason="why", covers={"stores": [str(n) for n in range(1001)]}),
            InvalidStop,
            "at most 1,000",
        ),
        *(
            (StopSpec(reason="why", covers={kind: ["nothing"]}), NotFound, "nothing")
            for kind in ("campaigns", "categories", "products", "collections", "api_keys")
        ),
    ],
)
def test_refuses_what_makes_no_sense(spec: StopSpec, error: type[DomainError], says: str) -> None:
    with pytest.raises(error) as refusal:
        stops.start(spec=spec, actor=ANNA, now=NOW)

    assert says in refusal.value.details
    assert not EmergencyStop.objects.exists()
    assert audited() == told() == []


@pytest.mark.parametrize("role", [Role.USER, Role.SUPPORT, Role.MERCHANT, Role.VIEWER])
def test_only_who_may_stops_and_restores(role: str) -> None:
    actor = person("mallory", role=role)
    spec = StopSpec(reason="why", is_everything=True)
    found = stop()

    for call in (
        lambda: stops.start(spec=spec, actor=actor, now=NOW),
        lambda: stops.ask_to_restore(stop_id=found.pk, reason="why", actor=actor, now=NOW),
        lambda: stops.confirm_restore(stop_id=found.pk, actor=actor, now=NOW),
    ):
        with pytest.raises(MissingPermission):
            call()

    assert EmergencyStop.objects.count() == 1
    assert audited() == told() == ["emergency_stop.started"]


def test_a_duty_beside_the_role_is_enough() -> None:
    fiona = person("fiona", "emergency.stop", "emergency.restore", role=Role.VIEWER)
    spec = StopSpec(reason="why", is_everything=True)

    found = stops.start(spec=spec, actor=fiona, now=NOW)
    stops.ask_to_restore(stop_id=found.pk, reason="fine", actor=ANNA, now=NOW)
    restored = stops.confirm_restore(stop_id=found.pk, actor=fiona, now=NOW)

    assert restored.restored_by == "user:fiona"


def test_restoring_needs_two_people_and_is_told_step_by_step() -> None:
    found = stop()

    asked = stops.ask_to_restore(stop_id=found.pk, reason=" Fixed ", actor=ANNA, now=NOW)
    with pytest.raises(SecondPersonNeeded):
        stops.confirm_restore(stop_id=found.pk, actor=ANNA, now=NOW)
    assert in_force.read().ids == {found.public_id}
    restored = stops.confirm_restore(stop_id=found.pk, actor=BERT, now=NOW + timedelta(minutes=1))

    assert (asked.restore_reason, asked.restore_asked_by, asked.restored_at) == ("Fixed", "user:anna", None)
    stored = EmergencyStop.objects.get(pk=found.pk)
    assert (stored.restored_by, stored.restored_label) == ("user:bert", "Bert")
    assert stored.restored_at == restored.restored_at == NOW + timedelta(minutes=1)
    assert not in_force.read().ids
    names = [f"emergency_stop.{step}" for step in ("started", "restore_requested", "restored")]
    assert audited() == told() == names
    assert [entry.actor_id for entry in AuditEntry.objects.order_by("pk")] == ["anna", "anna", "bert"]
    assert OutboxEvent.objects.order_by("pk").last().payload == {
        "emergency_stop_id": found.public_id,
        "is_drill": False,
        "covers": {"everything": True},
    }


def test_two_keys_are_not_two_people() -> None:
    found = stop()
    stops.ask_to_restore(stop_id=found.pk, reason="fine", actor=key("one"), now=NOW)

    with pytest.raises(SecondPersonNeeded) as refusal:
        stops.confirm_restore(stop_id=found.pk, actor=key("two"), now=NOW)
    assert "A person has to confirm" in refusal.value.details
    stops.confirm_restore(stop_id=found.pk, actor=ANNA, now=NOW)

    assert not in_force.read().ids


def test_a_key_confirms_what_a_person_asked_for() -> None:
    found = stop()
    stops.ask_to_restore(stop_id=found.pk, reason="fine", actor=ANNA, now=NOW)

    assert stops.confirm_restore(stop_id=found.pk, actor=key("one"), now=NOW).restored_by == "api_key:one"


def test_the_steps_come_in_their_order_and_once() -> None:
    found = stop()
    ask: dict[str, Any] = {"stop_id": found.pk, "reason": "fine", "actor": BERT, "now": NOW}

    with pytest.raises(RestoreNotAsked):
        stops.confirm_restore(stop_id=found.pk, actor=BERT, now=NOW)
    with pytest.raises(InvalidStop):
        stops.ask_to_restore(**{**ask, "reason": ""})
    stops.ask_to_restore(**ask)
    with pytest.raises(RestoreAsked):
        stops.ask_to_restore(**{**ask, "actor": ANNA})
    stops.confirm_restore(stop_id=found.pk, actor=ANNA, now=NOW)
    for again in (
        lambda: stops.ask_to_restore(**ask),
        lambda: stops.confirm_restore(stop_id=found.pk, actor=BERT, now=NOW),
    ):
        with pytest.raises(StopIsOver):
            again()

    assert len(audited()) == 3


def test_one_person_ends_a_drill() -> None:
    found = stop(drill=True)
    assert [one.id for one in in_force.read().drills] == [found.public_id]
    assert not in_force.read().ids

    ended = stops.ask_to_restore(stop_id=found.pk, reason="Done", actor=ANNA, now=NOW)

    assert (ended.restored_by, ended.restored_at) == ("user:anna", NOW)
    assert not in_force.read().drills
    assert told() == [f"emergency_stop.{step}" for step in ("started", "restore_requested", "restored")]


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": "Another"},
        {"covers": {"stores": [{"id": "B", "name": "B"}]}},
        {"is_drill": True},
        {"was_on": {}},
        {"started_by": "user:nobody"},
        {"restore_reason": "Another"},
        {"restore_asked_by": "user:carl"},
    ],
)
def test_what_happened_cannot_be_changed(changes: dict[str, Any]) -> None:
    found = stop()
    stops.ask_to_restore(stop_id=found.pk, reason="fine", actor=ANNA, now=NOW)

    with pytest.raises(ProgrammingError), transaction.atomic():
        EmergencyStop.objects.filter(pk=found.pk).update(**changes)
    with pytest.raises(ProgrammingError), transaction.atomic():
        EmergencyStop.objects.all().delete()


def test_what_is_over_stays_over() -> None:
    found = restore(stop())

    with pytest.raises(ProgrammingError), transaction.atomic():
        EmergencyStop.objects.filter(pk=found.pk).update(restored_at=None, restored_by="")


@pytest.mark.parametrize(
    "changes",
    [
        {"restored_at": NOW, "restored_by": "user:anna"},
        {"restored_at": NOW, "restored_by": ""},
        {"restored_at": None, "restored_by": "user:bert"},
    ],
)
def test_the_database_wants_two_people_as_well(changes: dict[str, Any]) -> None:
    found = stop()
    stops.ask_to_restore(stop_id=found.pk, reason="fine", actor=ANNA, now=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyStop.objects.filter(pk=found.pk).update(**changes)


def test_the_database_wants_a_request_first() -> None:
    found = stop()

    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyStop.objects.filter(pk=found.pk).update(restored_at=NOW, restored_by="user:bert")
