"""Who closes dates, seasons and notes, and how the calendar is told of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from calendar_app.models import Blackout, CalendarNote, Season
from calendar_app.selectors import blackout_hits
from calendar_app.selectors import blackouts as known
from calendar_app.services import blackouts, seasons
from core.actors import Actor, ActorKind, Role
from core.errors import DomainError
from core.models import AuditEntry, OutboxEvent, ProjectSettings
from promotions.models import Lifecycle
from tests.conftest import NOW
from tests.factories.blackouts import BlackoutFactory, CalendarNoteFactory, SeasonFactory
from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory

pytestmark = pytest.mark.django_db

DAYS: dict[str, Any] = {
    "name": "Stock-taking",
    "reason": "The warehouse counts",
    "starts_on": date(2026, 12, 24),
    "ends_on": date(2026, 12, 26),
}


def person(role: str = Role.USER, *duties: str, places: frozenset[str] | None = None) -> Actor:
    return Actor(
        kind=ActorKind.USER, id="7", label="Mara", role=role, duties=frozenset(duties), places=places
    )


FINANCE = person(Role.VIEWER, "blackouts.create", "blackouts.modify", "blackouts.delete")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_what_is_made_is_audited_and_told() -> None:
    row = blackouts.create(values=DAYS, actor=FINANCE, now=NOW)

    assert (row.strength, row.forbids, row.places, row.categories) == ("HARD", "RUN", [], [])
    entry = AuditEntry.objects.get(action="blackout.created")
    assert (entry.actor_label, entry.entity_id) == ("Mara", row.public_id)
    assert entry.after["starts_on"] == "2026-12-24"
    assert OutboxEvent.objects.get(name="blackout.created").payload == {"blackout_id": row.public_id}


def test_a_change_tells_what_changed_and_none_is_none() -> None:
    row = blackouts.create(values=DAYS, actor=FINANCE, now=NOW)

    blackouts.update(blackout_id=row.pk, values={"strength": "SOFT"}, actor=FINANCE, now=NOW)
    blackouts.update(blackout_id=row.pk, values={"strength": "SOFT"}, actor=FINANCE, now=NOW)

    entry = AuditEntry.objects.get(action="blackout.updated")
    assert (entry.before, entry.after) == ({"strength": "HARD"}, {"strength": "SOFT"})


def test_what_is_lifted_closes_nothing_and_its_name_is_free() -> None:
    row = blackouts.create(values=DAYS, actor=FINANCE, now=NOW)

    blackouts.delete(blackout_id=row.pk, actor=FINANCE, now=NOW)

    assert known.closures() == []
    assert AuditEntry.objects.get(action="blackout.deleted").before["name"] == "Stock-taking"
    blackouts.create(values=DAYS, actor=FINANCE, now=NOW)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"name": " "}, "invalid_payload"),
        ({"reason": ""}, "invalid_payload"),
        ({"ends_on": date(2026, 12, 23)}, "invalid_payload"),
        ({"ends_on": None}, "invalid_payload"),
        ({"starts_on": None, "ends_on": None}, "invalid_payload"),
        ({"starts_at": at("2026-12-24"), "ends_at": at("2026-12-25")}, "invalid_payload"),
        ({"repeats_yearly": True, "ends_on": date(2027, 12, 24)}, "invalid_payload"),
        ({"categories": ["cat_nowhere"]}, "not_found"),
        ({"campaign_types": ["LOTTERY"]}, "invalid_payload"),
    ],
)
def test_refuses_what_does_not_fit(change: dict[str, Any], key: str) -> None:
    with pytest.raises(DomainError) as refusal:
        blackouts.create(values={**DAYS, **change}, actor=FINANCE, now=NOW)

    assert refusal.value.key == key
    assert not Blackout.objects.exists()
    assert not AuditEntry.objects.exists()


def test_exact_times_cannot_come_every_year() -> None:
    times = {"starts_on": None, "ends_on": None, "starts_at": at("2026-12-24"), "ends_at": at("2026-12-25")}
    blackouts.create(values={**DAYS, **times}, actor=FINANCE, now=NOW)

    with pytest.raises(DomainError, match="Only whole days"):
        blackouts.create(
            values={**DAYS, **times, "name": "Other", "repeats_yearly": True}, actor=FINANCE, now=NOW
        )


def test_a_name_is_there_once() -> None:
    blackouts.create(values=DAYS, actor=FINANCE, now=NOW)

    with pytest.raises(DomainError) as refusal:
        blackouts.create(values=DAYS, actor=FINANCE, now=NOW)

    assert refusal.value.key == "duplicate_resource_key" or refusal.value.status in {400, 409}
    assert Blackout.objects.count() == 1


@pytest.mark.parametrize("role", [Role.USER, Role.USER_RESTRICTED, Role.SUPPORT, Role.VIEWER, Role.MERCHANT])
def test_who_plans_does_not_close_dates(role: str) -> None:
    row = BlackoutFactory()

    for call in (
        lambda: blackouts.create(values=DAYS, actor=person(role), now=NOW),
        lambda: blackouts.update(blackout_id=row.pk, values={"name": "x"}, actor=person(role), now=NOW),
        lambda: blackouts.delete(blackout_id=row.pk, actor=person(role), now=NOW),
    ):
        with pytest.raises(DomainError) as refusal:
            call()
        assert refusal.value.status == 403

    assert Blackout.objects.get().name == row.name


def test_who_works_in_one_area_closes_dates_of_it_only() -> None:
    north = person(Role.VIEWER, *FINANCE.duties, places=frozenset({"area:ar_north"}))
    inside = {**DAYS, "places": ["area:ar_north"]}

    row = blackouts.create(values=inside, actor=north, now=NOW)

    for values in (DAYS, {**DAYS, "places": ["area:ar_south"]}):
        with pytest.raises(DomainError) as refusal:
            blackouts.create(values={**values, "name": "Other"}, actor=north, now=NOW)
        assert refusal.value.key == "forbidden"
    everywhere = BlackoutFactory()
    with pytest.raises(DomainError):
        blackouts.delete(blackout_id=everywhere.pk, actor=north, now=NOW)
    assert set(known.present()) == {row, everywhere}


def test_the_database_knows_one_kind_of_span() -> None:
    for values in (
        {"starts_on": None},
        {"starts_at": at("2026-12-24"), "ends_at": at("2026-12-25")},
        {"ends_on": date(2020, 1, 1)},
        {"starts_on": None, "ends_on": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            BlackoutFactory(**values)


def test_a_category_that_is_gone_is_met_by_nothing() -> None:
    shoes = CategoryFactory(name="Shoes")
    row = blackouts.create(values={**DAYS, "categories": [shoes.public_id]}, actor=FINANCE, now=NOW)
    shoes.delete()

    blackouts.update(blackout_id=row.pk, values={"reason": "As before"}, actor=FINANCE, now=NOW)

    (closure,) = known.closures()
    assert not closure.covers([], None, "PROMOTION")
    assert known.scope_words(row, known.names_for([row])) == ["a category that is gone"]


def test_shows_what_touches_a_time_whole(settings_row: ProjectSettings) -> None:
    settings_row.time_zone = "Europe/Berlin"
    settings_row.save()
    BlackoutFactory(name="April", strength="SOFT")
    SeasonFactory(
        name="Easter",
        repeats_yearly=True,
        colour="rose",
        starts_on=date(2024, 4, 1),
        ends_on=date(2024, 4, 30),
    )
    CalendarNoteFactory(text="Fair", starts_on=date(2026, 4, 2), ends_on=date(2026, 4, 3))
    asked = (at("2026-04-02T00:00"), at("2026-04-02T12:00"))

    (blackout,), (season,), (note,) = (
        known.blackouts_between(*asked),
        known.seasons_between(*asked),
        known.notes_between(*asked),
    )

    assert (blackout.name, blackout.is_hard, blackout.starts_on, blackout.ends_on) == (
        "April", False, date(2026, 4, 1), date(2026, 4, 2),
    )  # fmt: skip
    assert (blackout.starts_at, blackout.ends_at) == (at("2026-03-31T22:00"), at("2026-04-02T22:00"))
    assert (season.name, season.colour, season.starts_on) == ("Easter", "rose", date(2026, 4, 1))
    assert (note.text, note.author, note.ends_on) == ("Fair", "Mara", date(2026, 4, 3))
    later = (at("2026-04-03T22:00"), at("2026-04-04T12:00"))
    assert (known.blackouts_between(*later), known.notes_between(*later)) == ([], [])


def test_names_the_campaigns_that_a_blackout_meets(django_assert_num_queries: Any) -> None:
    april = (at("2026-04-01T08:00"), at("2026-04-30"))
    running = CampaignFactory(name="Runs", starts_at=NOW, ends_at=april[1])
    CampaignFactory(name="Over", ends_at=NOW)
    CampaignFactory(name="Later", starts_at=at("2026-04-03"))
    CampaignFactory(name="Binned", deleted_at=NOW, lifecycle=Lifecycle.ARCHIVED)
    planned = CampaignFactory(name="Planned", starts_at=april[0], lifecycle=Lifecycle.DRAFT, is_active=False)
    promotion = CampaignFactory(name="Tiers", promotion=True, ends_at=at("2026-03-20"))
    PromotionTierFactory(campaign=promotion, name="Early")
    PromotionTierFactory(campaign=promotion, name="Late", ends_at=april[1])
    row = BlackoutFactory()

    with django_assert_num_queries(2):
        found = blackout_hits.hits(known.closure_of(row, UTC), now=NOW, zone=UTC)  # type: ignore[arg-type]

    assert [hit.campaign for hit in found] == [running, promotion, planned]
    assert [entry.offer.name for entry in found[1].entries] == ["Late"]
    assert found[2].first == april[0]


def test_seasons_are_planned_by_people_who_work_everywhere() -> None:
    values = {"name": "Easter", "starts_on": date(2026, 4, 1), "ends_on": date(2026, 4, 12), "colour": "rose"}
    row = seasons.create(values=values, actor=person(), now=NOW)
    seasons.update(season_id=row.pk, values={"colour": "sky"}, actor=person(), now=NOW)

    for actor in (person(Role.VIEWER), person(places=frozenset({"area:ar_x"}))):
        with pytest.raises(DomainError):
            seasons.delete(season_id=row.pk, actor=actor, now=NOW)
    with pytest.raises(DomainError, match="Colours are"):
        seasons.update(season_id=row.pk, values={"colour": "plaid"}, actor=person(), now=NOW)
    assert Season.objects.get().colour == "sky"
    seasons.delete(season_id=row.pk, actor=person(), now=NOW)
    assert not Season.objects.exists()
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["season.created", "season.updated", "season.deleted"]


def test_notes_name_who_wrote_them() -> None:
    note = seasons.write(values={"text": "Fair", "starts_on": date(2026, 4, 2)}, actor=person(), now=NOW)
    assert (note.author, note.ends_on) == ("Mara", date(2026, 4, 2))

    other = Actor(kind=ActorKind.USER, id="8", label="Olga", role=Role.ADMIN)
    seasons.rewrite(note_id=note.pk, values={"text": "Fair in Kiel"}, actor=other, now=NOW)
    note.refresh_from_db()
    assert (note.text, note.author) == ("Fair in Kiel", "Mara")

    with pytest.raises(DomainError, match="needs a text"):
        seasons.rewrite(note_id=note.pk, values={"text": "  "}, actor=other, now=NOW)
    with pytest.raises(DomainError):
        seasons.erase(note_id=note.pk, actor=person(Role.SUPPORT), now=NOW)
    seasons.erase(note_id=note.pk, actor=other, now=NOW)
    assert not CalendarNote.objects.exists()
