from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.utils import timezone

from config.celery import app
from config.overview import overview
from core import audit, tasks
from core.actors import Actor
from core.api import metrics
from core.models import AuditEntry, OutboxEvent, ProjectSettings, Seal, SealHead, SealVerification
from core.services import audit_verification, sealing
from core.services.audit_verification import Expected
from tests.conftest import NOW
from tests.core.planted import planted

SYSTEM = Actor.system("tests")
TABLE = "core_auditentry"


@pytest.fixture
def entries(settings_row: ProjectSettings) -> list[AuditEntry]:
    """Twelve, under three seals of five, five and two."""
    made = [
        audit.log(
            SYSTEM, "voucher.updated", settings_row, now=NOW, before={"n": number}, after={"n": -number}
        )
        for number in range(12)
    ]
    sealing.seal(now=NOW, batch_size=5)
    return made


def found() -> set[str]:
    return {str(finding) for finding in audit_verification.verify(now=NOW).findings}


def changed(entry: AuditEntry) -> str:
    return f"{TABLE} {entry.pk}: it was changed"


def test_finds_nothing_where_nothing_was_touched(
    entries: list[AuditEntry], settings_row: ProjectSettings
) -> None:
    audit.log(SYSTEM, "voucher.updated", settings_row, now=NOW)

    done = audit_verification.verify(now=NOW)

    assert done.findings == []
    assert (done.seals_count, done.rows_count) == (3, 12)
    assert (done.number, done.digest) == (3, Seal.objects.get(number=3).digest)


EDITS = {
    "actor": "UPDATE core_auditentry SET actor_label = 'somebody else' WHERE id = %s",
    "role": "UPDATE core_auditentry SET actor_role = 'VIEWER' WHERE id = %s",
    "from where": "UPDATE core_auditentry SET address = '192.0.2.7' WHERE id = %s",
    "action": "UPDATE core_auditentry SET action = 'voucher.read' WHERE id = %s",
    "time": "UPDATE core_auditentry SET at = at - interval '1 microsecond' WHERE id = %s",
    "before": "UPDATE core_auditentry SET before = '{\"n\": 99}' WHERE id = %s",
    "after to null": "UPDATE core_auditentry SET after = NULL WHERE id = %s",
    "object": "UPDATE core_auditentry SET entity_id = 'other' WHERE id = %s",
    "channel": "UPDATE core_auditentry SET channel = 'API' WHERE id = %s",
    "approval": "UPDATE core_auditentry SET approval_id = 'made up' WHERE id = %s",
    "request": "UPDATE core_auditentry SET request_id = 'v-0' WHERE id = %s",
}


@pytest.mark.parametrize("at", [0, 5, 11])
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_names_each_changed_row(entries: list[AuditEntry], edit: str, at: int) -> None:
    planted(edit, entries[at].pk)

    assert found() == {changed(entries[at])}


def test_names_all_of_many(entries: list[AuditEntry]) -> None:
    for entry, edit in zip(entries, EDITS.values(), strict=False):
        planted(edit, entry.pk)

    assert found() == {changed(entry) for entry in entries[: len(EDITS)]}


def test_names_a_removed_row(entries: list[AuditEntry]) -> None:
    planted("DELETE FROM core_auditentry WHERE id = %s", entries[7].pk)

    assert found() == {f"{TABLE} {entries[7].pk}: it was removed"}


def test_names_a_row_put_where_a_transaction_had_failed(
    entries: list[AuditEntry], settings_row: ProjectSettings
) -> None:
    """Numbers of what was rolled back are free, and stay free."""
    free = entries[-1].pk + 1
    with_gap = audit.log(SYSTEM, "voucher.updated", settings_row, now=NOW)
    planted("UPDATE core_auditentry SET id = id + 1 WHERE id = %s", with_gap.pk)
    sealing.seal(now=NOW)
    assert found() == set()

    planted(
        "INSERT INTO core_auditentry (id, at, actor_kind, actor_id, actor_label, channel, action, "
        "entity_type, entity_id, entity_label, request_id, approval_id) "
        "VALUES (%s, now(), '', '', '', '', '', '', '', '', '', '')",
        free,
    )

    assert found() == {f"{TABLE} {free}: it was inserted later"}


@pytest.mark.parametrize(("one", "other"), [(2, 3), (1, 8)], ids=["under one seal", "under two"])
def test_names_rows_that_changed_places(entries: list[AuditEntry], one: int, other: int) -> None:
    first, second = entries[one].pk, entries[other].pk
    for old, new in ((first, -1), (second, first), (-1, second)):
        planted("UPDATE core_auditentry SET id = %s WHERE id = %s", new, old)

    assert found() == {changed(entries[one]), changed(entries[other])}


def test_a_digest_that_was_worked_out_anew_breaks_its_seal(entries: list[AuditEntry]) -> None:
    """Somebody changes a row and puts the right digest of it into the seal."""
    planted("UPDATE core_auditentry SET action = 'nothing' WHERE id = %s", entries[6].pk)
    recompute("row_digests", number=2)

    (finding,) = audit_verification.verify(now=NOW).findings

    assert (finding.table, finding.id) == ("core_seal", 2)
    assert finding.what == f"it was changed; it seals 5 rows of {TABLE} up to {entries[9].pk}"


def test_a_seal_that_was_worked_out_anew_breaks_the_next(entries: list[AuditEntry]) -> None:
    planted("UPDATE core_auditentry SET action = 'nothing' WHERE id = %s", entries[6].pk)
    recompute("row_digests", number=2)
    recompute("digest", number=2)

    assert found() == {"core_seal 3: it does not follow from the seal before it"}


def test_the_last_seal_worked_out_anew_is_not_the_end_of_the_chain(entries: list[AuditEntry]) -> None:
    planted("UPDATE core_auditentry SET action = 'nothing' WHERE id = %s", entries[11].pk)
    recompute("row_digests", number=3)
    recompute("digest", number=3)

    assert found() == {"core_seal 3: it is not the one that the chain ended with"}


def recompute(column: str, *, number: int) -> None:
    one = Seal.objects.get(number=number)
    if column == "digest":
        planted("UPDATE core_seal SET digest = %s WHERE number = %s", sealing.digest_of(one), number)
        return
    table = sealing.seals.find(one.table)
    assert table is not None
    rows = table.digests(one.columns, after_id=one.after_id, last_id=one.last_id)
    digests = b"".join(digest for _, digest in rows)
    planted("UPDATE core_seal SET row_digests = %s WHERE number = %s", digests, number)


@pytest.mark.parametrize("number", [1, 2])
def test_names_a_removed_seal(entries: list[AuditEntry], number: int) -> None:
    planted("DELETE FROM core_seal WHERE number = %s", number)

    assert f"core_seal {number}: it is missing" in found()


def test_finds_that_the_end_was_cut_off(entries: list[AuditEntry], settings_row: ProjectSettings) -> None:
    planted("DELETE FROM core_auditentry WHERE id >= %s", entries[5].pk)
    planted("DELETE FROM core_seal WHERE number >= 2")

    cut = "core_seal 2: it and all seals up to 3 are missing"
    assert found() == {cut}
    audit.log(SYSTEM, "voucher.updated", settings_row, now=NOW)
    assert sealing.seal(now=NOW) == 1
    assert found() == {cut}


def test_finds_seals_beyond_the_end_and_an_end_that_is_gone(entries: list[AuditEntry]) -> None:
    planted("UPDATE core_sealhead SET number = 2, digest = (SELECT digest FROM core_seal WHERE number = 2)")
    assert found() == {"core_seal 3: it was added after the end of the chain"}

    planted("DELETE FROM core_sealhead")
    assert found() == {"core_sealhead 1: it was removed"}


def test_an_end_far_away_is_one_finding(entries: list[AuditEntry]) -> None:
    planted("UPDATE core_sealhead SET number = 1000000000000")

    assert found() == {"core_seal 4: it and all seals up to 1000000000000 are missing"}


def test_a_cut_that_was_sealed_anew_is_found_by_what_was_kept_elsewhere(entries: list[AuditEntry]) -> None:
    kept = SealHead.objects.get()
    planted("DELETE FROM core_auditentry WHERE id >= %s", entries[9].pk)
    planted("DELETE FROM core_seal WHERE number >= 2")
    planted("UPDATE core_sealhead SET number = 1, digest = (SELECT digest FROM core_seal WHERE number = 1)")
    sealing.seal(now=NOW, batch_size=2)
    assert found() == set()

    expected = Expected(number=kept.number, digest=kept.digest)
    (finding,) = audit_verification.verify(now=NOW, expected=expected).findings

    assert (finding.table, finding.id) == ("core_seal", 3)
    assert finding.what.endswith(f"; {kept.digest} is expected")


def test_columns_that_a_later_version_added_do_not_disturb(entries: list[AuditEntry]) -> None:
    """A seal says itself which columns it covers."""
    planted("UPDATE core_seal SET columns = array_remove(columns, 'address')")
    for number in (1, 2, 3):
        recompute("row_digests", number=number)
        planted(
            "UPDATE core_seal SET previous = COALESCE((SELECT digest FROM core_seal WHERE number = %s), '') "
            "WHERE number = %s",
            number - 1,
            number,
        )
        recompute("digest", number=number)
    planted("UPDATE core_sealhead SET digest = (SELECT digest FROM core_seal WHERE number = 3)")

    assert found() == set()


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE core_seal SET \"table\" = 'gone' WHERE number = 3",
        "UPDATE core_seal SET columns = ARRAY['id\"; SELECT 1; --'] WHERE number = 3",
    ],
)
def test_a_seal_of_what_is_not_there_is_told_and_not_asked_for(entries: list[AuditEntry], edit: str) -> None:
    planted(edit)

    assert any("with the columns that it seals" in finding for finding in found())


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_holds_and_where_the_chain_ends(entries: list[AuditEntry]) -> None:
    end = f"3:{Seal.objects.get(number=3).digest}"

    assert run() == f"12 rows under 3 seals say what they said; the newest is {end}.\n"
    assert run("--expect", end) == run()
    row = SealVerification.objects.order_by("pk").first()
    assert row is not None
    assert (row.is_whole, row.rows_count, row.seals_count) == (True, 12, 3)


def test_the_command_says_that_there_is_nothing_yet(db: None) -> None:
    assert run() == "0 rows under 0 seals say what they said.\n"


def test_the_command_fails_and_names_what_it_found(entries: list[AuditEntry]) -> None:
    for entry in entries[2:5]:
        planted("UPDATE core_auditentry SET action = 'nothing' WHERE id = %s", entry.pk)
    errors = StringIO()

    with pytest.raises(CommandError, match="3 findings in 12 rows under 3 seals") as refused:
        call_command("verify_audit", "--limit", "2", stderr=errors)

    assert refused.value.returncode == 1
    assert errors.getvalue().splitlines() == [changed(entry) for entry in entries[2:4]]
    event = OutboxEvent.objects.get(name="audit.verification_failed")
    assert event.payload["count"] == 3
    assert event.payload["findings"][0] == {"table": TABLE, "id": entries[2].pk, "what": "it was changed"}


@pytest.mark.parametrize("wrong", ["3", "x:" + "0" * 64, "3:" + "0" * 63])
def test_the_command_wants_a_whole_digest(db: None, wrong: str) -> None:
    with pytest.raises(CommandError, match="NUMBER:DIGEST is expected"):
        run("--expect", wrong)


def test_a_night_is_proven_once(entries: list[AuditEntry], actor: Actor) -> None:
    night = NOW.replace(hour=4, minute=0)

    assert audit_verification.run_when_due(actor=actor, now=night) is not None
    assert audit_verification.run_when_due(actor=actor, now=night + timedelta(hours=23)) is None
    assert audit_verification.run_when_due(actor=actor, now=night + timedelta(hours=24)) is not None
    assert SealVerification.objects.count() == 2


def test_sealing_and_proving_are_in_the_table_of_periodic_jobs(entries: list[AuditEntry]) -> None:
    jobs = {job["task"] for job in app.conf.beat_schedule.values()}

    assert {tasks.seal_audit.name, tasks.verify_audit.name} <= jobs
    assert tasks.seal_audit() == 0
    assert tasks.verify_audit() == 0
    assert tasks.verify_audit() is None


def test_the_overview_and_the_metrics_say_how_it_stands(
    entries: list[AuditEntry], actor: Actor, admin_user: User, rf: RequestFactory
) -> None:
    def seen() -> tuple[str, bool]:
        request = rf.get("/admin/")
        request.user = admin_user
        (house,) = [card for card in overview(request)["cards"] if card["key"] == "house"]
        (text,) = [one["note"] for one in house["checks"] if one["name"] == "Audit chain"]
        return text, b"fanfare_audit_ok 1.0" in metrics.render(now=NOW)

    assert seen() == ("Not checked yet.", True)
    tasks.verify_audit()
    assert seen()[0].startswith("Checked ")
    planted("DELETE FROM core_auditentry WHERE id = %s", entries[0].pk)
    audit_verification.note(audit_verification.verify(now=timezone.now()), actor=actor, now=timezone.now())
    text, is_ok = seen()
    assert "manage.py verify_audit" in text
    assert not is_ok
