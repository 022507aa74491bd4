from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from core import audit
from core.actors import Actor
from core.models import AuditEntry, ProjectSettings
from tests.conftest import NOW

SYSTEM = Actor.system("tests")
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def entries(settings_row: ProjectSettings) -> list[AuditEntry]:
    return [
        audit.log(
            SYSTEM, "voucher.updated", settings_row, now=NOW, before={"n": number}, after={"n": number + 1}
        )
        for number in range(12)
    ]


def planted(sql: str, *arguments: Any) -> None:
    """What somebody with the database's password can do: switch the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, arguments)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


EDITS = {
    "actor": "UPDATE core_auditentry SET actor_label = 'somebody else' WHERE id = %s",
    "action": "UPDATE core_auditentry SET action = 'voucher.read' WHERE id = %s",
    "time": "UPDATE core_auditentry SET at = at - interval '1 second' WHERE id = %s",
    "before": "UPDATE core_auditentry SET before = '{\"n\": 99}' WHERE id = %s",
    "after to null": "UPDATE core_auditentry SET after = NULL WHERE id = %s",
    "object": "UPDATE core_auditentry SET entity_id = 'other' WHERE id = %s",
    "channel": "UPDATE core_auditentry SET channel = 'API' WHERE id = %s",
    "approval": "UPDATE core_auditentry SET approval_id = 'made up' WHERE id = %s",
    "seal": "UPDATE core_auditentry SET digest = md5('x') || md5('y') WHERE id = %s",
    "request": "UPDATE core_auditentry SET request_id = 'v-0' WHERE id = %s",
}


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
@pytest.mark.parametrize("is_sealed", [False, True])
def test_facts_are_final(
    entries: list[AuditEntry], change: Callable[[AuditEntry], Any], is_sealed: bool
) -> None:
    if is_sealed:
        audit.seal(older_than=LATER)
    entry = AuditEntry.objects.get(pk=entries[3].pk)
    facts = list(AuditEntry.objects.order_by("pk").values())

    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        change(entry)

    assert list(AuditEntry.objects.order_by("pk").values()) == facts


def _with(entry: AuditEntry, **values: Any) -> AuditEntry:
    for name, value in values.items():
        setattr(entry, name, value)
    return entry


def test_a_seal_is_final(entries: list[AuditEntry]) -> None:
    audit.seal(older_than=LATER)

    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        AuditEntry.objects.filter(pk=entries[0].pk).update(digest="")


def test_sealing_chains_in_batches_and_waits_for_the_youngest(
    entries: list[AuditEntry], settings_row: ProjectSettings
) -> None:
    young = audit.log(SYSTEM, "voucher.updated", settings_row, now=LATER)

    assert [audit.seal(older_than=LATER, batch_size=5) for _ in range(4)] == [5, 5, 2, 0]

    digests = list(AuditEntry.objects.order_by("pk").values_list("digest", flat=True))
    assert digests[-1] == ""
    assert AuditEntry.objects.get(digest="").pk == young.pk
    assert len(set(digests[:-1])) == 12
    assert all(len(digest) == 64 for digest in digests[:-1])
    assert list(audit.broken_links()) == []


@pytest.mark.parametrize("sql", EDITS.values(), ids=EDITS.keys())
def test_each_planted_edit_is_found(entries: list[AuditEntry], sql: str) -> None:
    audit.seal(older_than=LATER)

    planted(sql, entries[5].pk)

    assert entries[5].pk in list(audit.broken_links())


def test_a_removed_entry_is_found_at_the_next(entries: list[AuditEntry]) -> None:
    audit.seal(older_than=LATER)

    planted("DELETE FROM core_auditentry WHERE id = %s", entries[5].pk)

    assert list(audit.broken_links()) == [entries[6].pk]


def test_check_audit_says_what_holds(entries: list[AuditEntry], settings_row: ProjectSettings) -> None:
    audit.seal(older_than=LATER)
    audit.log(SYSTEM, "voucher.updated", settings_row, now=LATER)
    out = StringIO()

    call_command("check_audit", stdout=out)

    assert out.getvalue() == "12 sealed entries hold; 1 wait for their seal.\n"


def test_check_audit_fails_and_names_all_ten_planted_edits(entries: list[AuditEntry]) -> None:
    audit.seal(older_than=LATER)
    for entry, sql in zip(entries, EDITS.values(), strict=False):
        planted(sql, entry.pk)
    err = StringIO()

    with pytest.raises(CommandError, match="of 12 sealed entries are broken") as refused:
        call_command("check_audit", stderr=err)

    assert refused.value.returncode == 1
    named = {int(line.split()[1].rstrip(":")) for line in err.getvalue().splitlines()}
    assert {entry.pk for entry in entries[:10]} <= named


def test_changes_keeps_only_what_differs() -> None:
    assert audit.changes({"a": 1, "b": 2, "gone": 3}, {"a": 1, "b": 5, "new": 4}) == (
        {"b": 2, "gone": 3, "new": None},
        {"b": 5, "gone": None, "new": 4},
    )
