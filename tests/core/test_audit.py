from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from core import audit
from core.actors import Actor, ActorKind, Role
from core.journal import Journal
from core.models import AuditEntry, ProjectSettings
from tests.conftest import NOW

SYSTEM = Actor.system("tests")


@pytest.fixture
def entries(settings_row: ProjectSettings) -> list[AuditEntry]:
    return [
        audit.log(
            SYSTEM, "voucher.updated", settings_row, now=NOW, before={"n": number}, after={"n": number + 1}
        )
        for number in range(12)
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).update(action="nothing"),
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).update(after={"n": 0}),
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).delete(),
        lambda entry: entry.delete(),
        lambda entry: AuditEntry.objects.bulk_update([_with(entry, channel="API")], ["channel"]),
        lambda entry: _with(entry, actor_id="x").save(),
    ],
)
def test_facts_are_final(entries: list[AuditEntry], change: Callable[[AuditEntry], Any]) -> None:
    entry = AuditEntry.objects.get(pk=entries[3].pk)
    facts = list(AuditEntry.objects.order_by("pk").values())

    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        change(entry)

    assert list(AuditEntry.objects.order_by("pk").values()) == facts


def _with(entry: AuditEntry, **values: Any) -> AuditEntry:
    for name, value in values.items():
        setattr(entry, name, value)
    return entry


def test_says_who_in_which_role_from_where_and_by_whose_leave(settings_row: ProjectSettings) -> None:
    actor = Actor(
        kind=ActorKind.USER,
        id="7",
        label="Anna",
        role=Role.USER,
        channel="ADMIN",
        request_id="req-1",
        address="192.0.2.7",
        approval_id="apr_1",
    )
    journal = Journal()

    with transaction.atomic():
        alone = audit.log(actor, "voucher.updated", settings_row, now=NOW, after={"n": 1})
        journal.note(actor, "voucher.updated", settings_row, now=NOW, after={"n": 1})
        journal.write(actor, NOW)

    together = AuditEntry.objects.exclude(pk=alone.pk).values().get()
    said = AuditEntry.objects.filter(pk=alone.pk).values().get()
    assert {**together, "id": 0} == {**said, "id": 0}
    assert (said["actor_role"], said["address"], said["approval_id"]) == ("USER", "192.0.2.7", "apr_1")


def test_changes_keeps_only_what_differs() -> None:
    assert audit.changes({"a": 1, "b": 2, "gone": 3}, {"a": 1, "b": 5, "new": 4}) == (
        {"b": 2, "gone": 3, "new": None},
        {"b": 5, "gone": None, "new": 4},
    )
