"""Asking for exports, removing them, and the old ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.actors import Actor, ActorKind
from core.errors import DomainError, NotFound
from core.models import AuditEntry, OutboxEvent
from integrations import export_registry
from integrations.models import Export, ExportChunk
from integrations.services import exports
from tests.factories.integrations import ExportFactory, export_with_file
from tests.integrations.exported import NAME, Notes, notes

__all__ = ["notes"]

pytestmark = pytest.mark.django_db

Ask = Callable[..., Export]


@pytest.fixture
def ask(notes: Notes, actor: Actor, now: datetime) -> Ask:
    def call(parameters: Any = None, **kwargs: Any) -> Export:
        kwargs = {"exported_object": NAME, "actor": actor, "now": now, **kwargs}
        return exports.request(parameters=parameters or {}, **kwargs)

    return call


def test_notes_what_was_asked_for_and_by_whom(ask: Ask, now: datetime) -> None:
    filters = {"junction": "or", "type": {"conditions": {"$is": ["anna@shop.example"]}}}
    asked = {"fields": ["type", "metadata.lang"], "order": "-type", "filters": filters}

    export = ask({**asked, "unknown": 1}, scope={"channel": "API"})

    export.refresh_from_db()
    assert (export.status, export.parameters, export.scope) == ("SCHEDULED", asked, {"channel": "API"})
    assert (export.actor_label, export.channel, export.created_at) == ("tests", "COMMAND", now)
    assert export.public_id.startswith("exp_")
    event = OutboxEvent.objects.get()
    assert (event.name, event.entity_id) == ("export.scheduled", export.public_id)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.entity_id) == ("export.requested", export.public_id)
    assert "anna" not in str(entry.after)


def test_a_scope_may_be_asked_for_by_value(ask: Ask) -> None:
    assert ask({"channel": "API"}).scope == {"channel": "API"}


@pytest.mark.parametrize(
    ("parameters", "key", "told"),
    [
        ({"fields": ["type", "nonsense"]}, "invalid_export_fields", "type, cost, progress, metadata"),
        ({"fields": ["metadata."]}, "invalid_export_fields", "metadata.<key>"),
        ({"fields": ["type.lang"]}, "invalid_export_fields", "'type.lang'"),
        ({"fields": ["params"]}, "invalid_export_fields", "'params'"),
        ({"fields": [["type"]]}, "invalid_export_fields", "Allowed"),
        ({"fields": "type"}, "invalid_payload", "array"),
        ({"fields": ["type"] * 201}, "invalid_payload", "200"),
        ({"order": "created_at"}, "invalid_payload", "type, -type, progress, -progress"),
        ({"order": "--type"}, "invalid_payload", "-type"),
        ({"order": ["type"]}, "invalid_payload", "-type"),
        ({"order": ""}, "invalid_payload", "-type"),
        ({"filters": {"body": {"conditions": {"$is": 1}}}}, "invalid_payload", "type, channel, progress"),
        ({"filters": {"type": {"conditions": {"$near": 1}}}}, "invalid_payload", "$starts_with"),
        ({"filters": ["type"]}, "invalid_payload", "object"),
        ({"channel": {"a": "b"}}, "invalid_payload", "channel"),
    ],
)
def test_refuses_what_the_object_does_not_offer_and_says_what_it_does(
    ask: Ask, parameters: Any, key: str, told: str
) -> None:
    with pytest.raises(DomainError) as refused:
        ask(parameters)

    assert (refused.value.status, refused.value.key) == (400, key)
    assert told in refused.value.details
    assert not Export.objects.exists()
    assert not OutboxEvent.objects.exists()


def test_refuses_an_unknown_object_and_names_the_known_ones(ask: Ask) -> None:
    with pytest.raises(DomainError) as refused:
        ask(exported_object="secrets")

    assert refused.value.key == "invalid_payload"
    opening = "Property .exported_object must be one of "
    assert refused.value.details.startswith(opening)
    named = refused.value.details.removeprefix(opening).split(", ")
    assert named == sorted(named)
    assert {"audit_entry", "customer", NAME, "order"} <= set(named)


@pytest.mark.parametrize(("role", "may"), [("VIEWER", True), ("USER", True), ("MERCHANT", False)])
def test_who_may_export(ask: Ask, role: str, may: bool) -> None:
    person = Actor(kind=ActorKind.USER, id="7", label="Paula", role=role)
    refusal = None

    try:
        ask(actor=person)
    except DomainError as error:
        refusal = error.key

    assert refusal == (None if may else "missing_required_permission")
    assert Export.objects.count() == may


def test_removing_takes_the_file_and_the_filters_and_leaves_the_trace(actor: Actor, now: datetime) -> None:
    export = export_with_file(b"type\nsecret\n", parameters={"order": "type", "filters": {"type": {}}})
    other = export_with_file(b"type\nother\n")

    exports.remove(export_id=export.public_id, actor=actor, now=now)

    export.refresh_from_db()
    assert (export.status, export.deleted_at, export.parameters) == ("DONE", now, {"order": "type"})
    assert {chunk.export for chunk in ExportChunk.objects.select_related("export")} == {other}
    assert AuditEntry.objects.get().action == "export.deleted"
    with pytest.raises(NotFound):
        exports.remove(export_id=export.public_id, actor=actor, now=now)


def test_one_that_was_not_written_yet_never_is(actor: Actor, now: datetime) -> None:
    export = ExportFactory()

    exports.remove(export_id=export.public_id, actor=actor, now=now)

    export.refresh_from_db()
    assert (export.status, export.failure) == ("ERROR", "Removed before it was done")


def test_old_files_go(now: datetime) -> None:
    old = export_with_file(b"a\n1\n", created_at=now - timedelta(days=31))
    young = export_with_file(b"a\n2\n", created_at=now - timedelta(days=29))

    went = [exports.prune(before=now - timedelta(days=30), now=now) for _ in range(2)]

    old.refresh_from_db()
    assert went == [1, 0]
    assert old.deleted_at == now
    assert list(Export.objects.filter(deleted_at=None)) == [young]


def test_two_objects_of_one_name_are_a_bug(notes: Notes) -> None:
    with pytest.raises(ValueError, match="Two exported objects"):
        export_registry.register(notes.described())
